// What a channel on which everybody hears everything has to do besides.
import {
  type Channel,
  client,
  connect,
  type Frame,
  type Listener,
  type Peer,
  type Service,
  serve,
} from '../../dist/bridge/index.js';
import { contract, event, method, type } from '../../dist/contract/index.js';
import { ok, same } from '../support/check.js';
import { rejection, until } from '../support/wait.js';

export interface BusSubject {
  readonly test: (title: string, run: () => Promise<void>) => void;
  readonly name: string;
  /** A new bus, and what makes a channel on it for each party. */
  join(): () => Channel & Listener;
  /** Somebody else on the newest bus. */
  overhear(frames: Frame[]): { post(frame: unknown): void; close(): void };
}

const counter = contract({
  name: 'oriel.counter',
  version: '1.0.0',
  host: { who: method({ output: type<string>() }) },
  guest: {
    add: method({ input: type<number>(), output: type<number>() }),
    ask: method({ output: type<string>() }),
    never: method(),
    added: event(type<number>()),
  },
});

export function busSuite({ test, name, join, overhear }: BusSubject): void {
  const check = (title: string, run: (party: Party) => Promise<void>) =>
    test(`${name}: ${title}`, async () => {
      const party = new Party(join());
      try {
        await run(party);
      } finally {
        party.close();
      }
    });

  check('three parties: each call runs once, and each host has a connection of its own', async (party) => {
    const { runs } = party.serve();
    const one = party.host('one');
    const two = party.host('two');
    same(await Promise.all([one.remote.add(1), two.remote.add(10)]), [1, 10]);
    same(await Promise.all([one.remote.ask(), two.remote.ask()]), ['one', 'two']);
    same([...runs].sort(), [1, 10]);
  });

  check('an event that is for one is heard by no other', async (party) => {
    const { service } = party.serve();
    const heard: string[] = [];
    const one = party.host('one');
    await one.ready;
    const [first] = service.clients;
    const two = party.host('two');
    await two.ready;
    one.on('added', (n) => heard.push(`one ${n}`));
    two.on('added', (n) => heard.push(`two ${n}`));
    first?.emit('added', 5);
    await Promise.all([one.remote.ask(), two.remote.ask()]);
    same(heard, ['one 5']);
  });

  check('one that closes closes only its own', async (party) => {
    const { service } = party.serve();
    const one = party.host('one');
    const two = party.host('two');
    await Promise.all([one.ready, two.ready]);
    const call = rejection(one.remote.never());
    same(service.clients.size, 2);
    one.close();
    same((await call).code, 'closed');
    await until(() => service.clients.size === 1);
    same(await two.remote.add(2), 2);
    same(two.state.get().epoch, 1);
  });

  check('of two guests one answers a host, and the other lets it go', async (party) => {
    const services = [party.serve(), party.serve()];
    const one = party.host('one');
    same(await one.remote.add(3), 3);
    await until(() => services.reduce((sum, { service }) => sum + service.clients.size, 0) === 1);
    same(
      services.flatMap(({ runs }) => runs),
      [3],
    );
  });

  check('a host that came first is answered when a guest comes', async (party) => {
    const one = party.host('one');
    const call = one.remote.add(4);
    const { runs } = party.serve();
    same(await call, 4);
    same(runs, [4]);
  });

  check('a guest of one connection refuses a third party', async (party) => {
    const runs: number[] = [];
    const guest = party.guest(runs);
    const one = party.host('one');
    same(await one.remote.add(1), 1);
    const two = party.host('two', 200);
    same((await rejection(two.ready)).code, 'silent');
    same(await one.remote.add(2), 2);
    same(runs, [1, 2]);
    two.close();
    same(await one.remote.add(3), 3);
    same([one.state.get().epoch, guest.state.get().epoch], [1, 1]);
  });

  check('hosts never pair with each other', async (party) => {
    const one = party.host('one', 200);
    const two = party.host('two', 200);
    same((await rejection(one.ready)).code, 'silent');
    same((await rejection(two.ready)).code, 'silent');
  });

  check('a host takes another guest when its own stops without a word', async (party) => {
    const first = party.serve();
    const one = party.host('one');
    await one.ready;
    const second = party.serve();
    const frames: Frame[] = [];
    const third = overhear(frames);
    const call = rejection(one.remote.never());
    await until(() => frames.some(({ type: kind }) => kind === 'say'));
    const { from, to, session } = frames.find(({ side }) => side === 'host') as Frame;
    // As the guest says it when its page goes away.
    third.post({ oriel: 'bus', type: 'end', side: 'guest', from: to, to: from, session });
    same((await call).code, 'lost');
    same(await one.remote.add(6), 6);
    same(one.state.get().epoch, 2);
    same([...first.runs, ...second.runs], [6]);
    third.close();
  });

  check('what a third party makes up runs nothing', async (party) => {
    const { runs, service } = party.serve();
    const frames: Frame[] = [];
    const third = overhear(frames);
    const one = party.host('one');
    same(await one.remote.add(1), 1);
    const said = frames.filter(({ type: kind, side }) => kind === 'say' && side === 'host');
    const last = said.at(-1) as Frame;
    const { from, to, session, n = 0 } = last;
    third.post(last); // heard already
    third.post({ ...last, n: n + 1, from: 'somebody' });
    third.post({ ...last, n: n + 1, session: 'another' });
    third.post({ ...last, n: n + 1, to: 'somebody' });
    third.post({ ...last, n: n + 1, side: 'guest' });
    third.post({ ...last, n: n + 1, message: { type: 'CALL' } });
    third.post({ oriel: 'bus', type: 'end', side: 'host', from: 'somebody', to, session });
    third.post({ oriel: 'bus', type: 'end', side: 'guest', from: 'somebody', to: from, session });
    for (const odd of [undefined, null, 1, 'oriel', [], {}, { oriel: 'bus' }, { oriel: 'bus', type: 'ask' }])
      third.post(odd);
    same(await one.remote.add(2), 2);
    same(runs, [1, 2]);
    same([service.clients.size, one.state.get().epoch], [1, 1]);
    third.close();
  });

  check('a message that is missing ends the epoch, and the next begins', async (party) => {
    const { runs } = party.serve();
    const frames: Frame[] = [];
    const third = overhear(frames);
    const one = party.host('one');
    await one.ready;
    const call = rejection(one.remote.never());
    const last = (await until(() =>
      frames.find(({ side, message }) => side === 'host' && message?.type === 'CALL'),
    )) as Frame;
    third.post({ ...last, n: (last.n ?? 0) + 2 });
    same((await call).code, 'lost');
    same(await one.remote.add(7), 7);
    same([runs, one.state.get().epoch], [[7], 2]);
    third.close();
  });

  check('a value that cannot be cloned fails its call alone', async (party) => {
    party.serve();
    const one = party.host('one');
    await one.ready;
    same((await rejection(one.remote.add(Symbol('no') as never))).code, 'not-cloneable');
    same(await one.remote.add(1), 1);
    same(one.state.get().epoch, 1);
  });

  check('a service that closes closes its clients, and another can take its place', async (party) => {
    const { service } = party.serve();
    const tickets = party.leaves(
      client(counter, party.channel(), { implement: { who: () => 'client' }, onError: () => {} }),
    );
    same(await tickets.ask(), 'client');
    service.close();
    await until(async () => (await rejection(tickets.add(1))).code === 'closed');
    party.serve();
    const next = party.host('next');
    same(await next.remote.add(1), 1);
    ok(service.clients.size === 0, 'it has no clients');
  });
}

/** Whoever comes to one bus; all leave at the end. */
class Party {
  readonly channel: () => Channel & Listener;
  readonly #leave: { close(): void }[] = [];

  constructor(channel: () => Channel & Listener) {
    this.channel = channel;
  }

  leaves<T extends { close(): void }>(one: T): T {
    this.#leave.push(one);
    return one;
  }

  serve(): { runs: number[]; service: Service<typeof counter> } {
    const runs: number[] = [];
    const service = serve(counter, (peer) => implementation(peer, runs), this.channel(), {
      onError: () => {},
    });
    this.#leave.push(service);
    return { runs, service };
  }

  guest(runs: number[]): Peer<typeof counter, 'guest'> {
    const peer: Peer<typeof counter, 'guest'> = connect({
      channel: this.channel(),
      contract: counter,
      side: 'guest',
      implement: () => implementation(peer, runs),
    });
    this.#leave.push(peer);
    return peer;
  }

  host(name: string, timeout = 10_000): Peer<typeof counter, 'host'> {
    const peer = connect({
      channel: this.channel(),
      contract: counter,
      side: 'host',
      implement: { who: () => name },
      timeout,
      onError: () => {},
    });
    this.#leave.push(peer);
    return peer;
  }

  close(): void {
    for (const one of this.#leave) one.close();
  }
}

function implementation(peer: Peer<typeof counter, 'guest'>, runs: number[]) {
  return {
    add: (n: number) => {
      runs.push(n);
      return n;
    },
    ask: () => peer.remote.who(),
    never: () => new Promise<void>(() => {}),
  };
}

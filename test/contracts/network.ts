// What every channel over a network has to do besides: one connection for all, made again when it breaks, and a token.
import assert from 'node:assert/strict';
import {
  type Channel,
  type Client,
  client,
  connect,
  type Peer,
  type Service,
  serve,
} from '../../dist/bridge/index.js';
import type { ConnectionOptions } from '../../dist/channels/connection.js';
import { AuthError, contract, event, method, stream, type } from '../../dist/contract/index.js';
import { lineTo } from '../support/line.js';
import type { Far, FarOptions } from '../support/servers.js';
import { rejection, settled, until } from '../support/wait.js';

export interface NetworkSubject {
  readonly test: (title: string, run: () => Promise<void>) => void;
  readonly name: string;
  start(options?: FarOptions): Promise<Far>;
  /** @param origin - Where the page would be. */
  channel(
    url: string | (() => string | Promise<string>),
    options: ConnectionOptions,
    origin?: string,
  ): Channel;
  /** Whether its server hears nothing of a line that has died, for so many beats. */
  readonly patience: number;
}

const clock = contract({
  name: 'oriel.clock',
  version: '1.0.0',
  guest: {
    now: method({ output: type<number>() }),
    count: method({ output: type<number>() }),
    never: method(),
    /** Gives which run it was, once it is told to. */
    pay: method({ input: type<string>(), output: type<number>(), idempotent: true }),
    echo: method({ input: type<unknown>(), output: type<unknown>() }),
    origin: method({ output: type<string>() }),
    claims: method({ output: type<unknown>() }),
    ticks: stream({ output: type<number>() }),
    ticked: event(type<unknown>()),
  },
});
const door = contract({
  name: 'oriel.door',
  version: '1.0.0',
  guest: { open: method({ output: type<string>() }) },
});

type Clock = typeof clock;

/** Soon, so that a test doesn't wait. */
const retry = { first: 50, longest: 100 };

export function networkSuite({ test, name, start, channel, patience }: NetworkSubject): void {
  const check = (title: string, run: (scene: Scene) => Promise<void>) =>
    test(`${name}: ${title}`, async () => {
      const scene = new Scene(start, channel);
      try {
        await run(scene);
      } finally {
        await scene.close();
      }
    });

  check(
    'peers of several contracts share one connection, which ends with the last of them',
    async (scene) => {
      const { far, service } = await scene.start();
      const doors = serve(door, { open: () => 'opened' }, far.at);
      const way = channel(far.url, { retry });
      const ends = [client(clock, way), client(door, way), client(clock, way)] as const;
      assert.deepEqual(await Promise.all([ends[0].now(), ends[1].open(), ends[2].now()]), [5, 'opened', 5]);
      assert.equal(far.counts.made, 1);
      assert.deepEqual([service.clients.size, doors.clients.size], [2, 1]);
      ends[0].close();
      await until(() => service.clients.size === 1);
      assert.equal(await ends[2].now(), 5);
      ends[1].close();
      ends[2].close();
      await until(() => far.counts.open === 0);
      doors.close();
    },
  );

  check(
    'a service that ends lets its clients know, and another on the same server goes on',
    async (scene) => {
      const { far, service } = await scene.start();
      const doors = serve(door, { open: () => 'opened' }, far.at);
      const way = channel(far.url, { retry });
      const peer = scene.peerOver(way);
      const opener = client(door, way);
      await Promise.all([peer.remote.now(), opener.open()]);
      service.close();
      await until(() => peer.state.get().status === 'closed');
      assert.equal(await opener.open(), 'opened');
      opener.close();
      doors.close();
    },
  );

  check('a server that dies takes its calls with it, and the next one is found', async (scene) => {
    const { far } = await scene.start();
    const clock = scene.client(far.url);
    await clock.now();
    const call = rejection(clock.never());
    const items = rejection(
      (async () => {
        for await (const tick of clock.ticks()) if (tick === 2) far.cut();
      })(),
    );
    for (const error of [await call, await items] as { code?: string; outcome?: string; reason?: string }[])
      assert.deepEqual([error.code, error.reason, error.outcome], ['lost', 'transport', 'unknown']);
    await far.close();
    const waiting = clock.now();
    const { service } = await scene.start({ port: Number(new URL(far.url).port) });
    assert.equal(await waiting, 5);
    assert.equal(service.clients.size, 1);
  });

  check(
    'what was asked while nobody was there is asked once, after any number of attempts',
    async (scene) => {
      const { far } = await scene.start();
      await far.close();
      let attempts = 0;
      const address = () => {
        attempts++;
        return far.url;
      };
      const clock = scene.client(address, { retry: { first: 1, longest: 1 } });
      const calls = [clock.count(), clock.count()];
      await until(() => attempts > 20);
      await scene.start({ port: Number(new URL(far.url).port) });
      assert.deepEqual(await Promise.all(calls), [1, 2]);
      assert.equal(await clock.count(), 3);
    },
  );

  check('a client that goes away without a word is forgotten', async (scene) => {
    const { far, service } = await scene.start();
    const clock = scene.client(far.url);
    await clock.now();
    assert.equal(service.clients.size, 1);
    clock.close();
    await until(() => service.clients.size === 0);
    await scene.client(far.url, { retry: { first: 60_000 } }).now();
    far.cut();
    await until(() => service.clients.size === 0);
  });

  check('a line that carries nothing more is noticed at both ends', async (scene) => {
    const { far, service } = await scene.start({ beat: 100 });
    const line = await lineTo(far.url);
    const peer = scene.peer(line.url, { timeout: 200 });
    await peer.ready;
    const call = rejection(peer.remote.never());
    line.die();
    const dead = performance.now();
    assert.equal(((await call) as { reason?: string }).reason, 'transport');
    const noticed = performance.now() - dead;
    assert.ok(noticed >= 50 && noticed < 2000, `noticed after ${noticed} ms`);
    await until(() => service.clients.size === 0, { timeout: patience * 100 + 5000 });
    line.live();
    assert.equal(await peer.remote.now(), 5);
    line.close();
  });

  check('a line that is only quiet stays', async (scene) => {
    const { far, service } = await scene.start({ beat: 300 });
    const clock = scene.client(far.url);
    const quiet = performance.now() + 300 * (patience + 3);
    await clock.now();
    await until(() => performance.now() > quiet);
    assert.equal(await clock.now(), 5);
    assert.deepEqual([far.counts.made, service.clients.size], [1, 1]);
  });

  check('a page of another origin is refused, and one that is listed is told', async (scene) => {
    const { far, service } = await scene.start({ allowOrigins: ['https://crm.example'] });
    const stranger = client(clock, channel(far.url, { retry }, 'https://evil.example'), {
      onError: () => {},
    });
    stranger.now().catch(() => {});
    await until(() => far.counts.made > 1);
    assert.equal(service.clients.size, 0);
    stranger.close();
    const known = client(clock, channel(far.url, { retry }, 'https://crm.example'));
    assert.equal(await known.origin(), 'https://crm.example');
    known.close();
  });

  check('a client that does not read is let go, and the others go on', async (scene) => {
    const { far, service } = await scene.start();
    const slow = scene.peer(far.url, { retry: { first: 60_000 } });
    await slow.ready;
    const [peer] = service.clients;
    far.stall();
    const good = scene.client(far.url);
    await good.now();
    const before = process.memoryUsage().arrayBuffers;
    for (let i = 0; i < 80 && service.clients.size > 1; i++) {
      peer?.emit('ticked', new Uint8Array(2 ** 20));
      await new Promise(setImmediate);
    }
    await until(() => service.clients.size === 1);
    assert.ok(process.memoryUsage().arrayBuffers - before < 256 * 2 ** 20);
    assert.equal(await good.now(), 5);
  });

  check('what can not be sent as bytes fails its own call, by its kind and path', async (scene) => {
    const { far } = await scene.start();
    const clock = scene.client(far.url);
    const [one, two, three] = await Promise.allSettled([
      clock.echo(1),
      clock.echo({ deep: [new Blob(['x'])] }),
      clock.echo(3),
    ]);
    assert.deepEqual(
      [one, three].map((it) => it.status === 'fulfilled' && it.value),
      [1, 3],
    );
    const { reason } = two as PromiseRejectedResult;
    assert.equal(reason.code, 'not-cloneable');
    assert.deepEqual(reason.path, ['deep', 0]);
    assert.match(reason.cause.message, /A Blob can't be sent/);
  });

  check('what JSON lacks arrives as it left', async (scene) => {
    const { far } = await scene.start();
    const value = {
      nothing: undefined,
      numbers: [Number.NaN, -0, Number.POSITIVE_INFINITY],
      map: new Map<unknown, unknown>([[{ key: 1 }, new Set([10n])]]),
      date: new Date(5),
      bytes: new Uint8Array([1, 2]),
      view: new Float64Array([0.5]),
    };
    assert.deepEqual(await scene.client(far.url).echo(value), value);
  });

  check('an address is asked for at each attempt, and one that fails is tried again', async (scene) => {
    const { far } = await scene.start();
    let asked = 0;
    const errors = await logged(async () => {
      const clock = scene.client(async () => {
        if (++asked === 1) throw new Error('no ticket');
        return `${far.url}?ticket=${asked}`;
      });
      assert.equal(await clock.now(), 5);
    });
    assert.deepEqual(
      far.asked.map(({ path }) => path),
      ['/?ticket=2'],
    );
    assert.match(String(errors[0]), /no ticket/);
  });

  check(
    'a call that may be made again is, when it is lost, and the first result is the answer',
    async (scene) => {
      const { far } = await scene.start();
      const peer = scene.peer(far.url);
      const call = peer.remote.pay('slowly');
      await until(() => scene.paid.length === 1);
      const other = rejection(peer.remote.never());
      far.cut();
      assert.equal((await other).code, 'lost');
      await until(() => peer.state.get().epoch === 2);
      scene.open();
      assert.equal(await call, 1);
      assert.deepEqual(
        scene.paid.map(({ what }) => what),
        ['slowly'],
      );
    },
  );

  check('one key is one call, of one caller', async (scene) => {
    const { far } = await scene.start({ authorize: (sub) => ({ sub }) });
    const by = (token: string) => scene.client(far.url, { token: () => token });
    const [ada, again, eve] = [by('ada'), by('ada'), by('eve')];
    assert.equal(await ada.pay('rent', { key: 'rent-7' }), 1);
    assert.equal(await again.pay('rent', { key: 'rent-7' }), 1);
    assert.equal(await eve.pay('rent', { key: 'rent-7' }), 2);
    assert.equal(await ada.pay('rent'), 3);
    assert.deepEqual(
      scene.paid.slice(0, 2).map(({ key }) => key),
      ['rent-7', 'rent-7'],
    );
  });

  // Tokens.

  check('a token says who calls, and stands in no address', async (scene) => {
    const { far, service } = await scene.start({
      authorize: (token) => ({ sub: token.slice(6), role: 'agent' }),
    });
    const clock = scene.client(far.url, { token: async () => 'token-ada' });
    assert.deepEqual(await clock.claims(), { sub: 'ada', role: 'agent' });
    assert.deepEqual(
      [...service.clients].map(({ claims }) => claims),
      [{ sub: 'ada', role: 'agent' }],
    );
    assert.ok(far.asked.every(({ path }) => !path.includes('ada')));
  });

  check('a server that asks for no token takes any', async (scene) => {
    const { far } = await scene.start();
    assert.equal(await scene.client(far.url, { token: () => 'x' }).claims(), undefined);
  });

  check('whoever has no token is refused, and told so at once', async (scene) => {
    const { far, service } = await scene.start({ authorize: () => ({}) });
    const errors: unknown[] = [];
    const peer = scene.peer(far.url, {}, (error) => errors.push(error));
    const call = rejection(peer.remote.now());
    const error = await rejection(peer.ready);
    assert.ok(error instanceof AuthError);
    assert.deepEqual([error.code, (await call).code], ['unauthorized', 'unauthorized']);
    assert.equal((await rejection(peer.remote.now())).code, 'unauthorized');
    assert.equal(await settled(() => far.counts.made), 1);
    assert.deepEqual([errors.length, service.clients.size], [1, 0]);
  });

  check('a token that is refused makes no loop, and the next peer tries once more', async (scene) => {
    let good = false;
    const { far } = await scene.start({
      authorize: () => {
        if (!good) throw new Error('revoked');
        return {};
      },
    });
    let asked = 0;
    const token = () => {
      asked++;
      return 'same';
    };
    const way = channel(far.url, { retry, token });
    const one = scene.peerOver(way);
    assert.equal((await rejection(one.ready)).code, 'unauthorized');
    assert.equal(await settled(() => far.counts.made), 1, 'the same token is not said twice');
    assert.equal(asked, 2);
    good = true;
    assert.equal(await scene.peerOver(way).remote.now(), 5);
    await until(() => one.state.get().status === 'ready');
    assert.equal(await one.remote.now(), 5);
  });

  check('new tokens that are all refused are tried twice', async (scene) => {
    const { far } = await scene.start({ authorize: () => Promise.reject(new Error('revoked')) });
    let asked = 0;
    const peer = scene.peer(far.url, { token: () => String(asked++) });
    assert.equal((await rejection(peer.ready)).code, 'unauthorized');
    assert.equal(await settled(() => far.counts.made), 2);
    assert.equal(asked, 2);
  });

  check('a token is renewed in place, once for all who share the connection', async (scene) => {
    const seen: string[] = [];
    const { far } = await scene.start({
      authorize: (token) => {
        seen.push(token);
        return { sub: 'ada', shown: token, expires: Date.now() + 600 };
      },
    });
    let asked = 0;
    const way = channel(far.url, { retry, token: () => `token ${++asked}` });
    const peers = Array.from({ length: 8 }, () => client(clock, way, { onError: () => {} }));
    await Promise.all(peers.map((peer) => peer.now()));
    let over = false;
    const call = rejection((peers[0] as Client<Clock>).never()).then(() => {
      over = true;
    });
    await until(() => seen.length === 3);
    assert.deepEqual(seen, ['token 1', 'token 2', 'token 3']);
    await until(async () => Object(await peers[7]?.claims()).shown === 'token 3');
    assert.deepEqual([far.counts.made, over, asked], [1, false, 3]);
    for (const peer of peers) peer.close();
    await call;
  });

  check(
    'a token of somebody else connects anew, and does not speak on the connection of the first',
    async (scene) => {
      const { far } = await scene.start({
        authorize: (token) => ({ sub: token, ...(token === 'ada' && { expires: Date.now() + 600 }) }),
      });
      let who = 'ada';
      const clock = scene.client(far.url, { token: () => who });
      assert.equal(Object(await clock.claims()).sub, 'ada');
      const call = rejection(clock.never());
      who = 'bob';
      assert.equal((await call).code, 'lost');
      assert.equal(Object(await clock.claims()).sub, 'bob');
      assert.equal(far.counts.made, 2);
    },
  );

  check('a token that can not be checked now is no bad one, and is shown again', async (scene) => {
    let [asked, away] = [0, true];
    const { far } = await scene.start({
      authorize: (sub) => {
        if (asked++ && !away) return { sub };
        away = false;
        throw new AuthError('auth-unavailable', 'The keys are away.');
      },
    });
    const clock = scene.client(far.url, { token: () => 'ada' });
    assert.equal(Object(await clock.claims()).sub, 'ada');
    assert.equal(asked, 2);
  });

  check('a token that ends, and that no other follows, ends the connection as expired', async (scene) => {
    const expires = Date.now() + 300;
    const { far, service } = await scene.start({ authorize: () => ({ expires }) });
    const peer = scene.peer(far.url, { token: () => 'the only one' });
    await peer.ready;
    const call = await rejection(peer.remote.never());
    assert.deepEqual([call.code, call.reason, call.outcome], ['lost', 'transport', 'unknown']);
    assert.ok(Date.now() >= expires);
    assert.equal((await rejection(peer.ready)).code, 'auth-expired');
    assert.equal((await rejection(peer.remote.now())).code, 'auth-expired');
    assert.equal(await settled(() => far.counts.made), 1);
    await until(() => service.clients.size === 0);
  });

  check('a token that ends unnoticed is followed by another, and the same peer goes on', async (scene) => {
    const { far } = await scene.start({
      authorize: (token) => ({ sub: token, expires: Date.now() + (token === 'first' ? 200 : 60_000) }),
    });
    // The first one is all there is until it has ended.
    let token = 'first';
    const clock = scene.client(far.url, { token: () => token });
    assert.deepEqual(((await clock.claims()) as { sub: string }).sub, 'first');
    const lost = await rejection(clock.never());
    token = 'second';
    assert.equal(lost.code, 'lost');
    assert.equal(((await clock.claims()) as { sub: string }).sub, 'second');
    assert.equal(far.counts.made, 2);
  });

  check('one that is revoked when it is to be renewed ends the connection, without a loop', async (scene) => {
    let revoked = false;
    const { far } = await scene.start({
      authorize: () => {
        if (revoked) throw new AuthError('unauthorized', 'Revoked.');
        return { expires: Date.now() + 300 };
      },
    });
    let asked = 0;
    const peer = scene.peer(far.url, { token: () => String(++asked) });
    await peer.ready;
    revoked = true;
    assert.equal((await rejection(peer.remote.never())).code, 'lost');
    assert.equal((await rejection(peer.ready)).code, 'unauthorized');
    const made = await settled(() => far.counts.made);
    assert.ok(made <= 3, `${made} connections`);
  });

  check('a token that can not be had is asked for again, unless it never can be', async (scene) => {
    const { far } = await scene.start({ authorize: (sub) => ({ sub }) });
    let asked = 0;
    const errors = await logged(async () => {
      const clock = scene.client(far.url, {
        token: () => {
          if (++asked < 3) throw new Error('no network');
          return 'x';
        },
      });
      assert.deepEqual(await clock.claims(), { sub: 'x' });
    });
    assert.equal(errors.length, 2);
    const never = scene.peer(far.url, {
      token: () => Promise.reject(new AuthError('unauthorized', 'Log in first.')),
    });
    const error = await rejection(never.ready);
    assert.deepEqual([error.code, error.message], ['unauthorized', 'Log in first.']);
    assert.equal(far.counts.made, 1);
  });

  check('whoever waits to be let in is neither heard nor kept', async (scene) => {
    let enter = () => {};
    const { far, service } = await scene.start({
      authorize: () =>
        new Promise((resolve) => {
          enter = () => resolve({});
        }),
    });
    const clock = scene.client(far.url, { token: () => 'x', timeout: 60_000 });
    const call = clock.count();
    await until(() => far.counts.open === 1);
    assert.equal(service.clients.size, 0);
    await until(() => enter.length === 0);
    enter();
    assert.equal(await call, 1);
    clock.close();
    const gone = scene.client(far.url, { token: () => 'x' });
    gone.now().catch(() => {});
    await until(() => far.counts.open === 1);
    gone.close();
    await until(() => far.counts.open === 0);
    enter();
    assert.equal(await settled(() => service.clients.size, 50), 0);
  });
}

/** What goes to the console's errors meanwhile. */
async function logged(run: () => Promise<void>): Promise<unknown[]> {
  const errors: unknown[] = [];
  const { error } = console;
  console.error = (it) => errors.push(it);
  try {
    await run();
  } finally {
    console.error = error;
  }
  return errors;
}

/** The servers and clients of one test. */
class Scene {
  readonly #ends: (() => unknown)[] = [];
  /** What was asked to be paid, by what key. */
  readonly paid: { what: string; key: string | undefined }[] = [];
  /** Lets slow payments go on. */
  open = () => {};
  readonly #gate = new Promise<void>((resolve) => {
    this.open = resolve;
  });
  readonly #start: NetworkSubject['start'];
  readonly #channel: NetworkSubject['channel'];

  constructor(start: NetworkSubject['start'], channel: NetworkSubject['channel']) {
    this.#start = start;
    this.#channel = channel;
  }

  async start(options: FarOptions = {}): Promise<{ far: Far; service: Service<Clock> }> {
    const far = await this.#start(options);
    let counted = 0;
    const service = serve(
      clock,
      {
        now: () => 5,
        count: () => ++counted,
        never: () => new Promise<never>(() => {}),
        pay: async (what, { key }) => {
          this.paid.push({ what, key });
          const run = this.paid.length;
          if (what === 'slowly') await this.#gate;
          return run;
        },
        echo: (value) => value,
        origin: (_, context) => context.origin,
        claims: (_, context) => context.claims,
        ticks: async function* () {
          for (let i = 0; ; i++) {
            yield i;
            await new Promise((resolve) => setTimeout(resolve, 5));
          }
        },
      },
      far.at,
      { onError: () => {} },
    );
    this.#ends.push(() => {
      service.close();
      return far.close().catch(() => {}); // closed already
    });
    return { far, service };
  }

  client(url: string | (() => string | Promise<string>), options: ConnectionOptions = {}): Client<Clock> {
    const made = client(clock, this.#channel(url, { retry, ...options }), { onError: () => {} });
    this.#ends.unshift(() => made.close());
    return made;
  }

  peer(
    url: string,
    options: ConnectionOptions = {},
    onError?: (error: unknown) => void,
  ): Peer<Clock, 'host'> {
    return this.peerOver(this.#channel(url, { retry, ...options }), onError);
  }

  peerOver(channel: Channel, onError: (error: unknown) => void = () => {}): Peer<Clock, 'host'> {
    const made = connect({ channel, contract: clock, side: 'host', onError });
    this.#ends.unshift(() => made.close());
    return made;
  }

  async close(): Promise<void> {
    for (const end of this.#ends) await end();
  }
}

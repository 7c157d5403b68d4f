import {
  AuthError,
  type CallOptions,
  type ClosedReason,
  ConnectionClosed,
  ConnectionLost,
  type Contract,
  EmbedError,
  LimitExceeded,
  type LostReason,
  type Members,
  type Method,
  type OrielError,
  type Side,
  UnknownMember,
  Unresponsive,
  Unsupported,
  validate,
} from '../contract/index.js';
import { callAgain } from './again.js';
import { Attempt } from './attempt.js';
import { Calls } from './calls.js';
import { setControl } from './control.js';
import { longest } from './deadlines.js';
import { eventOf, Listeners } from './events.js';
import { decode, decodeReason, encode } from './failure.js';
import { mismatch } from './hello.js';
import type { Incoming } from './incoming.js';
import { defaultLimits, type Limits, Rate } from './limits.js';
import { Link } from './link.js';
import { type Hello, mark } from './message.js';
import type { Chunk } from './outgoing.js';
import type { ConnectOptions, Peer, PeerState } from './peer-types.js';
import { createRemote } from './remote.js';
import { Results } from './results.js';
import type { Role } from './role.js';
import { callSite, place } from './site.js';
import { snapshot } from './snapshot.js';
import { addTo, createStore, Endings, guarded } from './store.js';
import { createTable, type Handlers, membersOf, other } from './table.js';
import { type TraceOptions, type TraceRecord, Tracer } from './trace.js';
import { Values } from './values.js';

/**
 * One side's peer. What both sides share stands here; `role` brings what one of them does otherwise.
 * @param results - What calls that have a name were answered; of all peers that answer for the same service.
 */
export function createPeer<const C extends Contract, S extends Side>(
  options: ConnectOptions<C, S>,
  role: Role,
  results: Pick<Results, 'once'> = new Results(),
): Peer<C, S> {
  const { channel, implement, timeout = 10_000, callTimeout = 30_000, signal, debug = false } = options;
  const { side } = role;
  const contract: Contract = options.contract;
  const onError = options.onError ?? ((error: OrielError) => console.error(error));
  const limits: Limits = { ...defaultLimits, ...options.limits };
  const ours = membersOf(contract, side);
  const theirs = membersOf(contract, other(side));

  const [state, setState] = createStore<PeerState>({
    status: 'connecting',
    epoch: 0,
    reason: undefined,
    responsive: true,
  });
  const update = (change: Partial<PeerState>) => setState({ ...state.get(), ...change });
  const is = (status: PeerState['status']) => state.get().status === status;

  let link: Link | undefined;
  let known: ReadonlySet<string> = new Set();
  let stopHeart: (() => void) | undefined;
  let holds: Map<number, number> | undefined;
  /** Why nobody is to be reached until something changes. */
  let denied: AuthError | undefined;
  const refused = new Set<string>();
  const waitingNotes: (() => void)[] = [];
  const topics = new Map<string, Set<(payload: unknown) => void>>();

  const current = () => (is('ready') ? link : undefined);
  const thrown = (error: unknown) => (link?.extended ? encode(error, debug) : error);
  const attempt = new Attempt(timeout, ranOut);
  const listeners = new Listeners(theirs, onError);
  const tracer = new Tracer();
  const endings = new Endings();
  const values: Values = new Values(
    {
      get extended() {
        return link?.extended ?? false;
      },
      check: channel.check,
      error: thrown,
      hold,
      stop: (id) => tell('stop', id),
      invoke: (id, args) => calls.call({ member: 'callback', path: [mark, 'invoke'] }, [id, args]),
      pull: async (id, credit, patience = callTimeout) => {
        const target = { member: 'stream', path: [mark, 'pull'], raw: true };
        // The other side answers with nothing halfway, so that silence means that it is gone.
        const args = [id, credit, ...(patience <= longest ? [patience / 2] : [])];
        const { items, done, error } = (await calls.call(target, args, { timeout: patience })) as Chunk;
        return {
          items: Array.isArray(items) ? items.map((item) => values.decode(item, 'stream')) : [],
          done: done === true,
          ...(error !== undefined && { error: decode(error, 'stream') }),
        };
      },
    },
    limits,
  );
  const calls = new Calls({ values, timeout: callTimeout, link: current });
  const props = role.createProps({ contract, values, onError });
  if (options.props) props.set(options.props);

  const table = createTable(ours, {
    values,
    results,
    handlers: () => ((typeof implement === 'function' ? implement() : implement) ?? {}) as Handlers,
    context: () => link?.context as NonNullable<Link['context']>,
    thrown,
  });

  const peer = {
    remote: createRemote(theirs, {
      method(member) {
        const target = { member, path: [member], output: (value: unknown) => checked(theirs, member, value) };
        const { idempotent } = theirs[member] as Method;
        return async (input, callOptions) => {
          const site = callSite();
          try {
            ask(member);
            if (!idempotent) return await calls.call(target, [input], callOptions);
            return await callAgain(calls, target, input, callOptions ?? {}, { limits, timeout: callTimeout });
          } catch (error) {
            throw place(error, site);
          }
        };
      },
      stream: (member) => (input, callOptions) => stream(member, input, callOptions),
    }),
    state,
    get ready() {
      return attempt.promise;
    },
    get claims() {
      return link?.claims;
    },
    props: props.store,
    setProps(next: object) {
      props.set(next);
      queueMicrotask(flushProps);
    },
    on: (name: string, listener: (payload: unknown) => void, { signal }: { signal?: AbortSignal } = {}) =>
      endings.add(signal, listeners.on(name, listener)),
    emit(name: string, payload?: unknown) {
      if (!eventOf(ours, name)) throw new UnknownMember(name);
      if (is('closed')) throw closedError();
      emit(name, payload);
    },
    has: (member: string) => known.has(member),
    trace: (listener: (record: TraceRecord) => void, traceOptions: TraceOptions = {}) =>
      endings.add(traceOptions.signal, tracer.add(listener, traceOptions)),
    close: (reason: ClosedReason = 'local') => close(reason, false),
  };

  setControl(peer, {
    get origin() {
      return link?.origin;
    },
    get counts() {
      const { callbacks, streams } = values;
      const open = { calls: (link?.pending ?? 0) + (link?.running ?? 0) + calls.waiting };
      return { ...open, ...callbacks.counts, ...streams.counts };
    },
    reopen,
    lose,
    fail,
    release: () => close('local', true),
    refused: (outcome) => tracer.refused(outcome),
    tell: (topic, payload) => current() && tell(topic, payload),
    hear: (topic, listener) => addTo(topics, topic, listener),
  });

  const onAbort = () => close('local', false);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  else open();
  return peer as unknown as Peer<C, S>;

  function open(): void {
    link = undefined;
    begin();
    const wire = channel.open(state.get().epoch + 1, side, contract.name);
    if (!wire) return;
    const mine: Link = new Link(wire, table, {
      limits,
      tracer,
      rate: new Rate(limits),
      get epoch() {
        return state.get().epoch;
      },
      hello: () => ({
        name: contract.name,
        version: contract.version,
        members: Object.keys(ours),
        ...(side === 'host' && mine.extended && { props: props.whole() }),
      }),
      greeted,
      opened: () => mine === link && opened(mine),
      ended() {
        if (mine !== link) return;
        lose('reload');
        values.end(new ConnectionLost('reload')); // what a handshake lent that came to nothing
      },
      destroyed: () => mine === link && destroyed(),
      pulls: (id) => values.streams.has(id),
      note: (topic, payload) => mine === link && heard(topic, payload),
      refused: (origin) => mine === link && refuse(origin),
      late: (value) => mine === link && values.discard(value),
      lost: (reason) => mine === link && reopen(reason),
      closed: (cause) => mine === link && close('remote', true, { cause }),
      failed: (error) => mine === link && fail(error),
      excess: onError,
      flooded: () => mine === link && close('flood', false),
    });
    link = mine;
  }

  function reopen(reason: LostReason = 'reload'): void {
    if (is('closed')) return;
    lose(reason);
    link?.close(true);
    if (!is('closed')) open();
  }

  /** Renews `ready` where the last attempt is over, and its clock. */
  function begin(): void {
    refused.clear();
    attempt.begin();
  }

  function ranOut(): void {
    const seen = [...refused].join(', ');
    fail(
      seen
        ? new EmbedError(
            'bad-origin',
            `${seen} tried to connect and is not in allowOrigins. Add it if it may.`,
          )
        : new EmbedError(
            'silent',
            `No answer within ${timeout} ms. Does the other side run its SDK, and allow ${globalThis.location?.origin}?`,
          ),
    );
  }

  function greeted(hello: Hello | undefined): boolean {
    const wrong = mismatch(contract, hello);
    if (wrong) {
      fail(wrong);
      return false;
    }
    known = new Set(Array.isArray(hello?.members) ? hello.members : []);
    if (hello) props.accept({ set: Object(hello.props), drop: [] }, true);
    return true;
  }

  function opened(mine: Link): void {
    denied = undefined;
    update({ status: 'ready', epoch: state.get().epoch + 1, responsive: true });
    attempt.succeed();
    if (!is('ready')) return; // a listener closed it
    const silence = options.unresponsiveAfter ?? role.patience;
    const heartbeat = role.heartbeat ?? mine.heartbeat;
    if (mine.extended && silence < Infinity)
      stopHeart = heartbeat?.({ heard: () => mine.heardAt, ping: () => tell('ping'), responsive }, silence);
    flushProps();
    for (const note of waitingNotes.splice(0)) note();
    calls.flush(mine);
  }

  function responsive(yes: boolean, silence: number): void {
    if (!is('ready') || state.get().responsive === yes) return;
    // Whoever serves waits for nobody: one that lives after all begins its next epoch.
    if (side === 'guest') return reopen('transport');
    update({ responsive: yes });
    if (!yes) onError(new Unresponsive(silence));
  }

  function lose(reason: LostReason): void {
    if (!is('ready')) return;
    endEpoch(() => new ConnectionLost(reason));
    begin();
    update({ status: 'lost', reason });
  }

  function endEpoch(error: () => OrielError, final = false): void {
    stopHeart?.();
    holds = stopHeart = undefined;
    link?.end(error);
    values.end(error(), final);
    tracer.forget();
  }

  function fail(error: OrielError): void {
    if (is('closed')) return;
    attempt.fail(error);
    if (error instanceof AuthError) {
      denied = error;
      calls.end(denial);
    }
    onError(error);
  }

  /** One for each call, for its stack. */
  function denial(): OrielError {
    const { code, message: text } = denied as AuthError;
    return new AuthError(code, text, { cause: denied });
  }

  function refuse(origin: string): void {
    if (refused.has(origin)) return;
    tracer.refused(origin);
    const error = role.refused(origin);
    lose('navigated');
    refused.add(origin);
    if (error) fail(error);
  }

  function destroyed(): void {
    if (link?.extended || role.farewell) close('remote', true);
    else reopen();
  }

  function closedError(): ConnectionClosed {
    return new ConnectionClosed(state.get().reason as ClosedReason);
  }

  function close(reason: ClosedReason, silent: boolean, why?: ErrorOptions): void {
    if (is('closed')) return;
    const error = () => new ConnectionClosed(reason, why);
    signal?.removeEventListener('abort', onAbort);
    if (silent && reason === 'local' && current()) tell('bye');
    endEpoch(error, true);
    link?.close(silent);
    link = undefined;
    waitingNotes.length = 0;
    calls.end(error);
    attempt.fail(error());
    update({ status: 'closed', reason });
    endings.end();
  }

  function heard(topic: string, payload: unknown): void {
    const fields = Object(payload);
    switch (topic) {
      case 'bye':
        return lose('reload');
      case 'ping':
        tell('pong');
        break;
      case 'props':
        return props.accept({ set: Object(fields.set), drop: fields.drop }, false);
      case 'stop':
        return values.streams.stop(payload as number);
      case 'abort':
        return link?.abort(fields.id, decodeReason(fields.reason));
      case 'hold':
        for (const pair of Array.isArray(payload) ? payload : [])
          if (typeof pair?.[1] === 'number') values.callbacks.hold(pair[0], pair[1]);
        return;
      case 'event': {
        const { name } = fields;
        if (typeof name !== 'string') return;
        try {
          payload = { name, payload: values.decode(fields.payload, name) };
        } catch (error) {
          if (error instanceof LimitExceeded) tracer.refused(error.limit);
          return onError(error as OrielError);
        }
        listeners.hear(name, (payload as { payload: unknown }).payload);
      }
    }
    for (const listener of topics.get(topic) ?? []) guarded(() => listener(payload));
  }

  function tell(topic: string, payload?: unknown): void {
    link?.note(topic, payload);
  }

  // Many are let go at once: they leave together, and before any answer that is given after them.
  function hold(id: number, times: number): void {
    if (!current()) return;
    if (!holds) {
      holds = new Map();
      queueMicrotask(() => {
        const all = holds;
        holds = undefined;
        if (all && current()) tell('hold', [...all]);
      });
    }
    holds.set(id, (holds.get(id) ?? 0) + times);
  }

  // Stock penpal has no props, and what it can't be sent must not hold up its calls.
  function flushProps(): void {
    if (!current()?.extended) return;
    const patch = props.patch();
    if (patch) tell('props', patch);
  }

  /** Whether a member can be asked for now. @throws ConnectionClosed, UnknownMember */
  function ask(member: string): void {
    if (is('closed')) throw closedError();
    if (denied) throw denial();
    if (current()?.extended && !known.has(member)) throw new UnknownMember(member);
    flushProps();
  }

  function stream(member: string, input: unknown, { signal, ...rest }: CallOptions = {}): Incoming {
    const lent: number[] = [];
    const begin = async () => {
      ask(member);
      const target = { member, path: [member], lent, streams: true, raw: true };
      const answer = calls.call(target, [input], { ...rest, ...(signal && { signal }) });
      const marker = Object(await answer);
      if (marker[mark] !== 'it') throw new Unsupported(`Streams ("${member}")`);
      return marker.i;
    };
    const onAbort = () => incoming.abort(signal?.reason);
    const incoming = values.streams.take(
      begin,
      (item) => checked(theirs, member, item),
      rest,
      () => {
        signal?.removeEventListener('abort', onAbort);
        for (const id of lent) values.callbacks.hold(id, -1);
      },
    );
    if (is('closed')) incoming.lost(closedError(), true);
    else if (signal?.aborted) onAbort();
    else signal?.addEventListener('abort', onAbort);
    return incoming;
  }

  function emit(name: string, payload: unknown): void {
    const send = (value: unknown) => {
      flushProps();
      tell('event', { name, payload: values.encode(value, name) });
    };
    if (current()) return send(payload);
    if (waitingNotes.length >= limits.calls) throw new LimitExceeded('waiting events', limits.calls);
    const kept = snapshot(payload, name, limits);
    waitingNotes.push(() => {
      try {
        send(kept);
      } catch (error) {
        onError(error as OrielError);
      }
    });
  }
}

function checked(members: Members, member: string, value: unknown): unknown {
  const { output } = members[member] as { output?: Parameters<typeof validate>[0] };
  return output ? validate(output, value, member) : value;
}

import {
  type ClosedReason,
  ConnectionClosed,
  ConnectionLost,
  type Contract,
  EmbedError,
  LimitExceeded,
  type LostReason,
  NotCloneable,
  type OrielError,
  type Side,
  UnknownMember,
  validate,
} from '../contract/index.js';
import { Calls, openCalls } from './calls.js';
import { setControl } from './control.js';
import { type Deferred, deferred } from './deferred.js';
import { Listeners } from './events.js';
import { encode } from './failure.js';
import { mismatch } from './hello.js';
import { Link } from './link.js';
import type { Hello } from './message.js';
import type { ConnectOptions, Peer, PeerState } from './peer-types.js';
import type { CreatePropsEnd } from './props-end.js';
import { createRemote } from './remote.js';
import { createStore, guarded } from './store.js';
import { createTable, type Handlers, membersOf, namesOf, other } from './table.js';

/**
 * One side's peer. What both sides share stands here; `createProps` brings the side's own end of the props, so that a
 * guest's bundle is free of the host's.
 */
export function createPeer<const C extends Contract, S extends Side>(
  options: ConnectOptions<C, S>,
  createProps: CreatePropsEnd,
): Peer<C, S> {
  const { channel, side, implement, timeout = 10_000, callTimeout = 30_000, signal, debug = false } = options;
  const contract: Contract = options.contract;
  const onError = options.onError ?? ((error: OrielError) => console.error(error));
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
  let attempt: Deferred = deferred();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let epochEnd = new AbortController();
  let known: ReadonlySet<string> = new Set();
  const refused = new Set<string>();
  const waitingNotes: (() => void)[] = [];
  const topics = new Map<string, Set<(payload: unknown) => void>>();

  const current = () => (is('ready') ? link : undefined);
  const listeners = new Listeners(theirs, onError);
  const calls = new Calls(current, callTimeout);
  const props = createProps(contract, onError);
  if (options.props) props.set(options.props);

  const table = createTable(ours, {
    handlers: () => ((typeof implement === 'function' ? implement() : implement) ?? {}) as Handlers,
    context: () => ({ signal: epochEnd.signal, origin: link?.origin ?? '', epoch: state.get().epoch }),
    thrown: (error) => (link?.extended ? encode(error, debug) : error),
  });

  const peer = {
    remote: createRemote(theirs, async (member, input, callOptions) => {
      if (is('closed')) throw new ConnectionClosed(state.get().reason as ClosedReason);
      if (current()?.extended && !known.has(member)) throw new UnknownMember(member);
      flushProps();
      const value = await calls.call(member, input, callOptions);
      const { output } = theirs[member] as { output?: Parameters<typeof validate>[0] };
      return output ? validate(output, value, member) : value;
    }),
    state,
    get ready() {
      return attempt.promise;
    },
    props: props.store,
    setProps(next: object) {
      props.set(next);
      queueMicrotask(flushProps);
    },
    on: (name: string, listener: (payload: unknown) => void, { signal }: { signal?: AbortSignal } = {}) =>
      listeners.on(name, listener, signal),
    emit(name: string, payload?: unknown) {
      if (!namesOf(ours, 'event').includes(name)) throw new UnknownMember(name);
      if (is('closed')) throw new ConnectionClosed(state.get().reason as ClosedReason);
      send(() => tell('event', { name, payload }), name);
    },
    has: (member: string) => known.has(member),
    close: (reason: ClosedReason = 'local') => close(reason, false),
  };

  setControl(peer, {
    get origin() {
      return link?.origin;
    },
    reopen(reason: LostReason = 'reload') {
      if (is('closed')) return;
      lose(reason);
      link?.close(true);
      open();
    },
    lose,
    fail,
    release: () => close('local', true),
    tell: (topic, payload) => current() && tell(topic, payload),
    hear(topic, listener) {
      const all = topics.get(topic) ?? new Set();
      topics.set(topic, all.add(listener));
      return () => void all.delete(listener);
    },
  });

  const onAbort = () => close('local', false);
  signal?.addEventListener('abort', onAbort, { once: true });
  if (signal?.aborted) onAbort();
  else open();
  return peer as unknown as Peer<C, S>;

  function open(): void {
    link = undefined;
    begin();
    const wire = channel.open(state.get().epoch + 1);
    if (!wire) return;
    const mine: Link = new Link(wire, table, {
      hello: () => ({
        name: contract.name,
        version: contract.version,
        members: Object.keys(ours),
        ...(side === 'host' && { props: props.whole() ?? {} }),
      }),
      greeted,
      opened: () => mine === link && opened(),
      ended: () => mine === link && lose('reload'),
      destroyed: () => mine === link && destroyed(),
      note: (topic, payload) => mine === link && heard(topic, payload),
      refused: (origin) => mine === link && refuse(origin),
    });
    link = mine;
  }

  /** Renews `ready` where the last attempt is over, and its clock. */
  function begin(): void {
    if (attempt.settled) attempt = deferred();
    refused.clear();
    clearTimeout(timer);
    if (timeout <= 2 ** 31 - 1) timer = setTimeout(ranOut, timeout);
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
    if (side === 'guest' && hello) props.accept({ set: { ...hello.props }, drop: [] }, true);
    return true;
  }

  function opened(): void {
    clearTimeout(timer);
    epochEnd = new AbortController();
    update({ status: 'ready', epoch: state.get().epoch + 1, responsive: true });
    if (attempt.settled) attempt = deferred();
    attempt.resolve();
    if (!is('ready')) return; // a listener closed it
    flushProps();
    for (const note of waitingNotes.splice(0)) note();
    if (link) calls.flush(link);
  }

  function lose(reason: LostReason): void {
    if (!is('ready')) return;
    epochEnd.abort(new ConnectionLost(reason));
    link?.settleAll(new ConnectionLost(reason));
    begin();
    update({ status: 'lost', reason });
  }

  function fail(error: OrielError): void {
    if (is('closed')) return;
    clearTimeout(timer);
    if (attempt.settled) attempt = deferred();
    attempt.reject(error);
    onError(error);
  }

  function refuse(origin: string): void {
    if (refused.has(origin)) return;
    lose('navigated');
    refused.add(origin);
    if (side === 'guest') return; // another page may still be the right host: said when the time is up
    fail(
      new EmbedError(
        'origin-changed',
        `A page of ${origin} answered in the guest's place. List it in allow-origins if it may, or load the guest again.`,
      ),
    );
  }

  // A stock penpal guest says goodbye on each unload; ours only when it means it.
  function destroyed(): void {
    if (link?.extended || side === 'guest') return close('remote', true);
    lose('reload');
    link?.close(true);
    open();
  }

  function close(reason: ClosedReason, silent: boolean): void {
    if (is('closed')) return;
    const error = new ConnectionClosed(reason);
    clearTimeout(timer);
    signal?.removeEventListener('abort', onAbort);
    if (silent && reason === 'local' && current()) tell('bye', undefined);
    epochEnd.abort(error);
    link?.settleAll(error);
    link?.close(silent);
    link = undefined;
    waitingNotes.length = 0;
    calls.failAll(error);
    if (attempt.settled) attempt = deferred();
    attempt.reject(error);
    update({ status: 'closed', reason });
  }

  function heard(topic: string, payload: unknown): void {
    if (topic === 'bye') return lose('reload');
    if (typeof payload === 'object' && payload !== null) {
      if (topic === 'props') props.accept(payload as never, false);
      if (topic === 'event')
        listeners.hear(
          String((payload as { name: unknown }).name),
          (payload as { payload: unknown }).payload,
        );
    }
    for (const listener of topics.get(topic) ?? []) guarded(() => listener(payload));
  }

  function tell(topic: string, payload: unknown): void {
    link?.note(topic, payload);
  }

  function flushProps(): void {
    if (!current()) return;
    const patch = props.patch();
    if (patch) tell('props', patch);
  }

  /** Sends now or when ready, after the props that were set before. */
  function send(note: () => void, member: string): void {
    const guardedNote = () => {
      try {
        note();
      } catch (cause) {
        throw new NotCloneable(member, undefined, { cause });
      }
    };
    if (current()) {
      flushProps();
      return guardedNote();
    }
    if (waitingNotes.length >= openCalls) throw new LimitExceeded('waiting events', openCalls);
    waitingNotes.push(() => {
      try {
        guardedNote();
      } catch (error) {
        onError(error as OrielError);
      }
    });
  }
}

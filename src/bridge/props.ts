import { type Contract, NotCloneable, type OrielError, validate } from '../contract/index.js';
import { equal } from './equal.js';
import { createStore, type Store } from './store.js';

type Props = Record<string, unknown>;

/** Changed keys only; `drop` names the keys that are no more. */
export interface PropsPatch {
  readonly set: Props;
  readonly drop: readonly string[];
}

/** Each side's end of the props. */
export interface PropsEnd {
  readonly store: Store<Props | undefined>;
  /** Takes new props on the host's side. @throws InvalidValue, NotCloneable; the last good ones then stay. */
  set(props: object): void;
  /** What has changed since the last call, or nothing. */
  patch(): PropsPatch | undefined;
  /** All of them, for a handshake. */
  whole(): object | undefined;
  /** Takes what arrived on the guest's side. */
  accept(patch: PropsPatch, whole: boolean): void;
}

/** The host owns the props: checked when they are set, sent as set. */
export function hostProps(contract: Contract): PropsEnd {
  const [store, set] = createStore<Props | undefined>(undefined);
  let sent: Props = {};
  return {
    store,
    set(props) {
      if (contract.props) validate(contract.props, props, 'props');
      set(snapshot(props));
    },
    patch() {
      const now = store.get() ?? {};
      const keys = Object.keys(now).filter((key) => !Object.hasOwn(sent, key) || !equal(now[key], sent[key]));
      const drop = Object.keys(sent).filter((key) => !Object.hasOwn(now, key));
      sent = now;
      return keys.length || drop.length ? { set: pick(now, keys), drop } : undefined;
    },
    whole: () => (sent = store.get() ?? {}),
    accept() {},
  };
}

/** The guest checks again, and its code sees the schema's output. What fails is reported, and the last good props stay. */
export function guestProps(contract: Contract, onError: (error: OrielError) => void): PropsEnd {
  const [store, set] = createStore<Props | undefined>(undefined);
  let raw: Props = {};
  let seen = false;
  return {
    store,
    set() {
      throw new TypeError('Props belong to the host: a guest reads them with `peer.props.get()`.');
    },
    patch: () => undefined,
    whole: () => undefined,
    accept({ set: changed, drop }, whole) {
      const dropped = new Set(Array.isArray(drop) ? drop : []);
      const kept = Object.entries(whole ? {} : raw).filter(([key]) => !dropped.has(key));
      // Spread defines own keys only: a `__proto__` from outside stays data.
      const next = { ...Object.fromEntries(kept), ...changed };
      if (seen && equal(next, raw)) return;
      seen = true;
      raw = next;
      try {
        set(contract.props ? (validate(contract.props, raw, 'props') as Props) : raw);
      } catch (error) {
        onError(error as OrielError);
      }
    },
  };
}

// A copy, so that a later change of the caller's object is a change only once it is set.
function snapshot(props: object): Props {
  try {
    return structuredClone({ ...props });
  } catch (cause) {
    throw new NotCloneable('props', undefined, { cause });
  }
}

function pick(props: Props, keys: readonly string[]): Props {
  return Object.fromEntries(keys.map((key) => [key, props[key]]));
}

import { type Contract, NotCloneable, validate } from '../contract/index.js';
import { equal } from './equal.js';
import type { Props, PropsEnd } from './props-end.js';
import { createStore } from './store.js';

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

import type { OrielError } from '../contract/index.js';
import { checkProps } from './check-props.js';
import { equal } from './equal.js';
import type { Props, PropsEnd, PropsPeer } from './props-end.js';
import { createStore } from './store.js';

/** The guest checks again, and its code sees the schema's output. What fails is reported, and the last good props stay. */
export function guestProps({ contract, values, onError }: PropsPeer): PropsEnd {
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
      try {
        const dropped = new Set(Array.isArray(drop) ? drop : []);
        const kept = Object.entries(whole ? {} : raw).filter(([key]) => !dropped.has(key));
        // Spread defines own keys only: a `__proto__` from outside stays data.
        const next = { ...Object.fromEntries(kept), ...(values.decode(changed, 'props') as Props) };
        if (seen && equal(next, raw)) return;
        seen = true;
        raw = next;
        set(checkProps(contract, raw));
      } catch (error) {
        onError(error as OrielError);
      }
    },
  };
}

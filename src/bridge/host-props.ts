import { checkProps } from './check-props.js';
import { equal } from './equal.js';
import type { Props, PropsEnd, PropsPeer } from './props-end.js';
import { snapshot } from './snapshot.js';
import { createStore } from './store.js';

/** The host owns the props: checked when they are set, sent as set. A function is lent until another takes its place. */
export function hostProps({ contract, values }: PropsPeer): PropsEnd {
  const [store, set] = createStore<Props | undefined>(undefined);
  const lent = new Map<string, number[]>();
  let sent: Props = {};

  const send = (keys: readonly string[]) => {
    const now = store.get() ?? {};
    sent = now;
    return Object.fromEntries(
      keys.map((key) => {
        drop(key);
        const ids: number[] = [];
        lent.set(key, ids);
        return [key, values.encode(now[key], 'props', { lent: ids })];
      }),
    );
  };
  const drop = (key: string) => {
    for (const id of lent.get(key) ?? []) values.callbacks.hold(id, -1);
    lent.delete(key);
  };

  return {
    store,
    set(props) {
      checkProps(contract, props);
      // A copy, so that a later change of the caller's object is a change only once it is set.
      set(snapshot({ ...props }, 'props', values.limits));
    },
    patch() {
      const now = store.get();
      if (!now || now === sent) return; // asked before each call
      const keys = Object.keys(now).filter((key) => !Object.hasOwn(sent, key) || !equal(now[key], sent[key]));
      const gone = Object.keys(sent).filter((key) => !Object.hasOwn(now, key));
      if (!keys.length && !gone.length) return;
      gone.forEach(drop);
      return { set: send(keys), drop: gone };
    },
    whole() {
      lent.clear(); // of the epoch before
      return send(Object.keys(store.get() ?? {}));
    },
    accept() {},
  };
}

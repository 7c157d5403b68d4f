import type { Contract, OrielError } from '../contract/index.js';
import type { Store } from './store.js';
import type { Values } from './values.js';

export type Props = Record<string, unknown>;

/** Changed keys only; `drop` names the keys that are no more. */
interface PropsPatch {
  readonly set: Props;
  readonly drop: readonly string[];
}

/** What an end of the props needs of its peer. */
export interface PropsPeer {
  readonly contract: Contract;
  readonly values: Values;
  onError(error: OrielError): void;
}

/** Each side's end of the props. */
export interface PropsEnd {
  readonly store: Store<Props | undefined>;
  /** Takes new props on the host's side. @throws InvalidValue, NotCloneable; the last good ones then stay. */
  set(props: object): void;
  /** What has changed since the last call, as it is sent, or nothing. */
  patch(): PropsPatch | undefined;
  /** All of them, as they are sent with a handshake. */
  whole(): Props | undefined;
  /** Takes what arrived on the guest's side. */
  accept(patch: PropsPatch, whole: boolean): void;
}

/** Makes one side's end. */
export type CreatePropsEnd = (peer: PropsPeer) => PropsEnd;

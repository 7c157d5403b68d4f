import type { Contract, OrielError } from '../contract/index.js';
import type { Store } from './store.js';

export type Props = Record<string, unknown>;

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

/** Makes one side's end; a bundle holds only the one that its side needs. */
export type CreatePropsEnd = (contract: Contract, onError: (error: OrielError) => void) => PropsEnd;

import type {
  Contract,
  EventName,
  Implementation,
  InProps,
  PayloadOut,
  Remote,
} from '../../contract/index.js';
import type { WidgetEvent } from '../events/widget.js';
import type { OrielFrame } from '../frame/frame.js';

/** How an attribute becomes a prop: `Number`, `String`, `Boolean`, `JSON`, a function; `false` for a property only. */
export type PropConverter<T> =
  | ((text: string) => T)
  | (NonNullable<T> extends string ? StringConstructor : never)
  | (NonNullable<T> extends number ? NumberConstructor : never)
  | JSON
  | false;

/** One converter for each of the contract's props, none missing and none more. */
export type PropConverters<C extends Contract> = {
  readonly [K in keyof Required<InProps<C>>]: PropConverter<Required<InProps<C>>[K]>;
};

export interface WidgetOptions<C extends Contract> {
  readonly contract: C;
  /** Where the guest is. Its attributes' own words stay the frame's: `src` can be overridden by the page. */
  readonly src: string | URL;
  readonly props: PropConverters<C>;
  /** What the guest may call, where the page sets no `host`. */
  readonly host?: Implementation<C['host']>;
}

interface WidgetEvents<C extends Contract> {
  addEventListener<K extends EventName<C['guest']>>(
    type: K,
    listener: (event: WidgetEvent<PayloadOut<C['guest'], K>>) => void,
    options?: boolean | AddEventListenerOptions,
  ): void;
}

/** What a widget's tag is: the frame, with the contract's props as properties and the guest's methods as methods. */
export type WidgetElement<C extends Contract> = OrielFrame<C> & {
  -readonly [K in keyof InProps<C>]: InProps<C>[K];
} & Remote<C['guest']> &
  WidgetEvents<C>;

export type WidgetClass<C extends Contract> = {
  new (): WidgetElement<C>;
  readonly prototype: WidgetElement<C>;
};

import type { PropertyValues } from 'lit';
import type { Peer } from '../../bridge/index.js';
import { type Contract, ContractError, InvalidValue, type Member } from '../../contract/index.js';
import { WidgetEvent } from '../events/widget.js';
import { OrielFrame } from '../frame/frame.js';
import type { WidgetClass, WidgetOptions } from './widget-types.js';

export { WidgetEvent } from '../events/widget.js';
export type {
  PropConverter,
  PropConverters,
  WidgetClass,
  WidgetElement,
  WidgetOptions,
} from './widget-types.js';

/**
 * Makes a vendor's own tag: the contract's props as properties and attributes, the guest's methods as methods and its
 * events as DOM events. Slots, states, parts and safety are the frame's.
 *
 * @example
 * ```ts
 * defineWidget('acme-tickets', { contract: ticket, src: 'https://tickets.example/', props: { customerId: Number } });
 *
 * declare global {
 *   interface HTMLElementTagNameMap { 'acme-tickets': WidgetElement<typeof ticket> }
 * }
 * ```
 * @throws ContractError (`bad-contract`) where a name is already HTML's or the frame's.
 */
export function defineWidget<const C extends Contract>(
  tag: string,
  options: WidgetOptions<C>,
): WidgetClass<C> {
  const members = Object.entries<Member>(options.contract.guest ?? {});
  const converters = Object.entries(options.props) as [string, Converter][];
  checkNames(tag, members, converters);
  const defined = customElements.get(tag);
  if (defined) {
    console.warn(`[oriel] <${tag}> is already defined, by another copy of its script. That one is used.`);
    return defined as unknown as WidgetClass<C>;
  }
  const widget = makeWidget(options, members, converters);
  customElements.define(tag, widget);
  return widget as unknown as WidgetClass<C>;
}

type Converter = ((text: string) => unknown) | JSON | false;

function makeWidget(
  { contract, src, host = {} }: { contract: Contract; src: string | URL; host?: object },
  members: [string, Member][],
  converters: [string, Converter][],
): CustomElementConstructor {
  const names = converters.map(([name]) => name);
  const events = members.filter(([, { kind }]) => kind === 'event').map(([name]) => name);

  class Widget extends OrielFrame {
    static override properties = Object.fromEntries(
      converters.map(([name, converter]) => [
        name,
        converter ? { attribute: kebab(name), converter: reader(converter) } : { attribute: false },
      ]),
    ) as never;

    constructor() {
      super();
      this.contract = contract;
      this.src = String(src);
      this.host = host;
    }

    protected override willUpdate(changed: PropertyValues): void {
      if (names.some((name) => changed.has(name)) || !this.hasUpdated) this.#compose();
      super.willUpdate(changed);
    }

    protected override peerOpened(peer: Peer): void {
      for (const name of events)
        peer.on(name as never, (payload) => this.dispatchEvent(new WidgetEvent(name, payload)));
    }

    /** All properties that were set, as one value: what the schema asks for can't be met by one alone. */
    #compose(): void {
      const values = names.map((name) => [name, (this as unknown as Record<string, unknown>)[name]] as const);
      const wrong = values.find(([, value]) => value instanceof Malformed);
      if (wrong)
        return this.report(
          new InvalidValue('props', [{ message: (wrong[1] as Malformed).message, path: [wrong[0]] }]),
        );
      this.props = Object.fromEntries(values.filter(([, value]) => value !== undefined));
    }
  }

  for (const [name, { kind }] of members) {
    if (kind === 'event') continue;
    Object.defineProperty(Widget.prototype, name, {
      configurable: true,
      writable: true,
      value(this: Widget, ...input: unknown[]) {
        return this.guest[name](...input);
      },
    });
  }
  return Widget;
}

/** An attribute that its converter can't read. */
class Malformed {
  readonly message: string;
  constructor(message: string) {
    this.message = message;
  }
}

function reader(converter: Exclude<Converter, false>) {
  return {
    fromAttribute(text: string | null): unknown {
      if (converter === (Boolean as unknown)) return text !== null;
      if (text === null) return undefined;
      try {
        return typeof converter === 'function' ? converter(text) : converter.parse(text);
      } catch (error) {
        return new Malformed(String(error));
      }
    },
  };
}

function kebab(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

function checkNames(tag: string, members: [string, Member][], converters: [string, Converter][]): void {
  const seen = new Set<string>();
  for (const [name, member] of [...members, ...converters]) {
    const event = typeof member === 'object' && (member as Member).kind === 'event';
    const taken =
      seen.has(name) || name in OrielFrame.prototype || (event && `on${name}` in OrielFrame.prototype);
    seen.add(name);
    if (!taken) continue;
    throw new ContractError(
      'bad-contract',
      `<${tag}>: "${name}" is already a name of HTMLElement, of the frame or of the widget itself. Choose another in the contract.`,
    );
  }
}

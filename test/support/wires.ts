import type { Channel, Wire } from '../../dist/bridge/index.js';

/** A channel whose wires have some of their parts changed. */
export function rewired(channel: Channel, change: (wire: Wire) => Partial<Wire>): Channel {
  return {
    ...channel,
    open(...at) {
      const wire = channel.open(...at);
      return wire && { ...wire, ...change(wire) };
    },
  };
}

// What the CRM and the ticket system agree on. Each serves a copy beside its own copy of the kit.
import { contract, event, method, type } from '/oriel-guest.js';

export const tickets = contract({
  name: 'acme.tickets',
  version: '1.0.0',
  /** @type {import('oriel/contract').Schema<{ customerId: number }>} */
  props: type(),
  host: {
    /** Asks the person at the CRM; the answer is whether they agreed. */
    confirm: method({ input: type(), output: type() }),
  },
  guest: {
    /** Shows one ticket. */
    open: method({ input: type() }),
    /** A ticket was closed: `{ id, title, customerId, left }`. */
    solved: event(type()),
  },
});

import { contract, event, method, stream, type } from 'oriel/contract';
import * as v from 'valibot';
import { z } from 'zod';

/** The contract that every fixture here uses, or misuses. */
export const ticket = contract({
  name: 'acme.ticket',
  version: '1.3.0',
  props: v.object({ ticketId: v.string(), page: v.optional(v.number(), 1) }),
  host: {
    confirm: method({ input: type<{ question: string }>(), output: type<boolean>() }),
    saved: event(type<{ at: number }>()),
  },
  guest: {
    open: method({ input: z.object({ id: z.string(), n: z.coerce.number().default(3) }) }),
    count: method({ output: v.number() }),
    load: method({
      input: type<{ url: string; onProgress: (percent: number) => void }>(),
      output: type<number>(),
    }),
    rows: stream({ input: v.object({ q: v.string() }), output: v.object({ id: v.number() }) }),
    solved: event(v.object({ id: v.string() })),
    paid: event(v.pipe(v.string(), v.transform(Number)), { retain: 'log' }),
    closed: event(),
  },
});

// A template's <oriel-frame> is GlobalComponents['oriel-frame']: its $props can be bound and heard.
import 'oriel/vue';
import type { OrielFrame } from 'oriel';
import type { GlobalComponents } from 'vue';
import { ticket } from '../ticket.contract.js';

type Frame = InstanceType<GlobalComponents['oriel-frame']>;
type Props = Frame['$props'];

export const right: Props = {
  key: 'tickets',
  class: 'wide',
  src: 'https://tickets.example/',
  'allow-origins': 'https://tickets.example',
  minHeight: 100,
  contract: ticket,
  props: { ticketId: '7' },
  onOrielReady: ({ reason, origin }) => reason.concat(origin),
  onOrielError: ({ code }) => code.trim(),
};
export const element = (frame: Frame): OrielFrame => frame;
export const emits = (frame: Frame) => frame.$emit('oriel-close', new Event('x') as never);

export const wrong: Props[] = [
  // @ts-expect-error no such attribute
  { sorc: 'https://tickets.example/' },
  // @ts-expect-error no such value
  { loading: 'later' },
  // @ts-expect-error no such event
  { onOrielRedy: () => {} },
  // @ts-expect-error the event has no such field
  { onOrielError: ({ kode }) => kode },
  // @ts-expect-error what can't be set
  { peer: undefined },
];
// @ts-expect-error no such event
export const unheard = (frame: Frame) => frame.$emit('oriel-clos', new Event('x') as never);

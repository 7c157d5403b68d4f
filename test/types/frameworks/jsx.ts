// For any other JSX: its own IntrinsicElements extends OrielElements.
import type { OrielElements, OrielFrameProps } from 'oriel/jsx';

type Frame = OrielElements['oriel-frame'];

export const right: Frame = {
  id: 'tickets',
  src: 'https://tickets.example/',
  'allow-origins': 'https://tickets.example',
  loading: 'click',
  children: 'Tickets',
  'onoriel-ready': ({ reason }) => reason.trim(),
};

/** A vendor's tag takes what the frame does, and its own. */
export interface AcmeTickets extends OrielFrameProps {
  'customer-id'?: number;
}
export const widget: AcmeTickets = { 'customer-id': 42, label: 'Tickets' };

export const wrong: Frame[] = [
  // @ts-expect-error no such attribute
  { 'allow-origin': 'https://tickets.example' },
  // @ts-expect-error no such event
  { 'onoriel-redy': () => {} },
  // @ts-expect-error no such value
  { autosize: 'depth' },
  // @ts-expect-error the event has no such field
  { 'onoriel-error': (event) => event.kode },
];

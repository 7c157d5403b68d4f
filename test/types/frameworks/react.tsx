import { useRef } from 'react';
import 'oriel/react';
import type { OrielFrame } from 'oriel';
import { ticket } from '../ticket.contract.js';

export function Right() {
  const frame = useRef<OrielFrame<typeof ticket>>(null);
  return (
    <oriel-frame
      ref={frame}
      key="tickets"
      className="wide"
      src="https://tickets.example/"
      allow-origins="https://tickets.example"
      loading="lazy"
      autosize="both"
      min-height={100}
      max-height="400"
      timeout={5000}
      probe
      autofocus
      contract={ticket}
      host={{ confirm: () => true }}
      props={{ ticketId: '7' }}
      onoriel-ready={({ reason, origin }) => reason.concat(origin)}
      onoriel-error={({ code, message }) => code.concat(message)}
      onoriel-resize={(event) => event.height?.toFixed()}
    >
      <a href="https://tickets.example/">Tickets</a>
      <p slot="error">Call us.</p>
    </oriel-frame>
  );
}

export const wrong = [
  // @ts-expect-error no such attribute
  <oriel-frame key="1" sorc="https://tickets.example/" />,
  // @ts-expect-error no such value
  <oriel-frame key="2" loading="later" />,
  // @ts-expect-error no number
  <oriel-frame key="3" timeout="soon" />,
  // @ts-expect-error no number
  <oriel-frame key="4" min-height="tall" />,
  // @ts-expect-error a misspelt property
  <oriel-frame key="5" allowOrigin="https://tickets.example" />,
  // @ts-expect-error the event has no such field
  <oriel-frame key="6" onoriel-error={({ codes }) => codes} />,
  // @ts-expect-error an event's listener is a function
  <oriel-frame key="7" onoriel-ready="go()" />,
  // @ts-expect-error what can't be set
  <oriel-frame key="8" peer={undefined} />,
  // @ts-expect-error no such event
  <oriel-frame key="9" onReady={() => {}} />,
  // @ts-expect-error no such tag
  <oriel-fram key="10" />,
];

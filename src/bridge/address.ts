import type { Side } from '../contract/index.js';
import { type Bus, type Frame, isFrame } from './bus.js';
import type { Channel, Ear, Listener, Wire } from './channel.js';
import { heartbeat } from './heartbeat.js';
import { Line, type Send } from './line.js';
import type { Message } from './message.js';

/** What is known of a bus. */
export interface AddressedOptions extends Partial<Omit<Channel, 'open'>> {
  /** The origin that everybody on it has. */
  readonly origin?: string | undefined;
  /** The name of a listener that takes the place of one which stood here before, and ends its sessions. */
  readonly own?: string;
  /** How many sessions a listener has at once; it answers no more. Default: any number. */
  readonly sessions?: number;
  /** What is known of whoever is on it. */
  readonly claims?: (() => unknown) | undefined;
}

/**
 * Makes pairs on a bus, where everybody hears everything: each host is answered by one guest, and hears no other. A guest
 * takes the first host, or as a {@link Listener} each that comes, on a channel of its own.
 */
export function addressed(
  open: () => Bus,
  { origin = '', own, claims, sessions = Number.POSITIVE_INFINITY, ...its }: AddressedOptions = {},
): Channel & Listener {
  const carries = { clones: 'structured', transfers: false, ...its } as const;
  return {
    ...carries,
    open: (_epoch, side, contract) => (side === 'host' ? ask : answer)(open(), origin, contract),
    listen: (accept, signal, contract) => {
      const from = own === undefined ? name() : `${own} ${contract}`;
      answerAll(open(), { origin, from, contract, sessions }, signal, (wire) => {
        let left: Wire | undefined = wire;
        const take = () => {
          const it = left;
          left = undefined; // a client that is gone comes back as another
          return it && { ...it, ...(claims && { claims }) };
        };
        accept({ ...carries, open: take });
      });
    },
  };
}

/** A host's wire: it asks until one guest answers. */
function ask(bus: Bus, origin: string, contract: string | undefined): Wire {
  const from = name();
  const session = name();
  const send = sender(bus, 'host', from);
  const line = new Line(send, session, origin, () => bus.close());
  let syn: Message | undefined;
  const call = (to?: string) => syn && send({ type: 'ask', session, to, contract, message: syn });

  bus.listen({
    hear(frame) {
      if (!isFrame(frame) || frame.side !== 'guest') return;
      if (frame.type === 'here') return line.to === undefined && call(frame.from);
      if (frame.to !== from || frame.session !== session) return;
      if (line.to === undefined && frame.type === 'say') line.to = frame.from;
      if (line.to === frame.from) line.hear(frame);
      // Another guest has answered too, and later.
      else if (frame.type === 'say') send({ type: 'end', session, to: frame.from });
    },
    leave: line.leave,
    lost: () => line.end('transport'),
    failed: (error) => line.failed(error),
  });

  return wired(line, (outgoing) => {
    if (line.to !== undefined || outgoing.type !== 'SYN') return line.post(outgoing);
    syn = outgoing;
    call();
  });
}

/** A guest's wire, for the first host that asks. Others hear nothing from it. */
function answer(bus: Bus, origin: string, contract: string | undefined): Wire {
  const from = name();
  const send = sender(bus, 'guest', from);
  let line: Line | undefined;
  let ear: Ear | undefined;

  return {
    heartbeat,
    post: (outgoing) => line?.post(outgoing),
    listen(listener) {
      ear = listener;
      bus.listen({
        hear(frame) {
          if (!isFrame(frame) || frame.side !== 'host' || !isFor(frame, from, contract)) return;
          const { session = '' } = frame;
          if (frame.type === 'ask' && !line) {
            line = new Line(send, session, origin, () => bus.close());
            line.to = frame.from;
            line.listen(listener);
            ear?.message(frame.message as Message, origin);
          } else if (line?.to === frame.from && line.session === session) line.hear(frame);
        },
        leave: () => line?.leave(),
        lost: () => ear?.lost('transport'),
        failed: (error) => ear?.failed(error),
      });
      send({ type: 'here' });
    },
    close() {
      if (line) line.close();
      else bus.close();
    },
  };
}

/** A guest that takes each host that asks. */
function answerAll(
  bus: Bus,
  {
    origin,
    from,
    contract,
    sessions,
  }: { origin: string; from: string; contract: string | undefined; sessions: number },
  signal: AbortSignal,
  accept: (wire: Wire) => void,
): void {
  const send = sender(bus, 'guest', from);
  const lines = new Map<string, Line>();

  bus.listen({
    hear(frame) {
      if (!isFrame(frame) || frame.side !== 'host' || !isFor(frame, from, contract)) return;
      const { type, session = '', from: to } = frame;
      const known = lines.get(session);
      if (type === 'ask' && !known) {
        // Whoever asks also names the session, and may do so without end.
        if (lines.size >= sessions || session.length > longestName) return;
        const line = new Line(send, session, origin, () => void lines.delete(session), true);
        line.to = to;
        lines.set(session, line);
        accept(wired(line, (outgoing) => line.post(outgoing)));
        line.take(frame.message as Message);
      } else if (known) {
        if (known.to === to) known.hear(frame);
      }
      // It speaks to one that stood here before.
      else if (type === 'say') send({ type: 'end', session, to });
    },
    leave() {
      for (const line of lines.values()) line.leave();
    },
    lost() {
      for (const line of [...lines.values()]) line.end('transport');
    },
    failed(error) {
      for (const line of lines.values()) line.failed(error);
    },
  });
  signal.addEventListener(
    'abort',
    () => {
      for (const line of [...lines.values()]) line.close();
      bus.close();
    },
    { once: true },
  );
  send({ type: 'here' });
}

function wired(line: Line, post: (outgoing: Message) => void): Wire {
  return { heartbeat, post, listen: (ear) => line.listen(ear), close: () => line.close() };
}

function sender(bus: Bus, side: Side, from: string): Send {
  return (frame) => bus.post({ oriel: 'bus', side, from, ...frame });
}

/** Ours have 28 characters at most. */
const longestName = 200;

function name(): string {
  // Not `randomUUID`, which pages without https lack.
  return Array.from(crypto.getRandomValues(new Uint32Array(4)), (part) => part.toString(36)).join('');
}

function isFor({ to, type, contract: asked = '*' }: Frame, own: string, contract = '*'): boolean {
  if (type === 'ask' && asked !== contract && asked !== '*' && contract !== '*') return false;
  return to === own || (to === undefined && type === 'ask');
}

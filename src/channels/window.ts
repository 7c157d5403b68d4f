import { type Channel, type Ear, isMessage, type Message, message, type Wire } from '../bridge/index.js';

export interface WindowOptions {
  /**
   * The origins that may speak: `https://host[:port]`, exact. `*` means, for a guest, any host (the first that answers
   * is pinned), and for a host, an opaque guest and no other.
   */
  readonly allowOrigins: readonly string[];
}

/** Reaches a guest in an iframe. The window is asked for at each attempt, since a moved iframe has a new one. */
export function toFrame(target: () => Window | null | undefined, options: WindowOptions): Channel {
  const allows = (origin: string) =>
    options.allowOrigins.includes(origin) || (origin === 'null' && options.allowOrigins.includes('*'));
  return windowChannel(target, allows, 'null');
}

/** Reaches the page that embeds this one. */
export function toParent(options: WindowOptions): Channel {
  let pinned: string | undefined;
  const allows = (origin: string) => {
    if (pinned !== undefined) return origin === pinned;
    if (!options.allowOrigins.includes(origin) && !options.allowOrigins.includes('*')) return false;
    pinned = origin;
    return true;
  };
  return windowChannel(() => (window.parent === window ? undefined : window.parent), allows, undefined, true);
}

function windowChannel(
  target: () => Window | null | undefined,
  allows: (origin: string) => boolean,
  bound?: string,
  farewell = false,
): Channel {
  return {
    clones: 'structured',
    transfers: true,
    open() {
      const remote = target();
      return remote ? windowWire(remote, allows, bound, farewell) : undefined;
    },
  };
}

/**
 * Penpal's own wire over a window: the handshake by `postMessage`, all else over a port that ACK2 hands over.
 * @param bound - An origin that says nothing about who speaks ("null"): its first participant is the only one.
 * @param farewell - Whether to say so when this page goes away.
 */
function windowWire(
  remote: Window,
  allows: (origin: string) => boolean,
  bound?: string,
  farewell = false,
): Wire {
  const closed = new AbortController();
  let ear: Ear | undefined;
  let port: MessagePort | undefined;
  let origin: string | undefined;
  let participant: string | undefined;

  const adopt = (next: MessagePort) => {
    port?.close();
    port = next;
    next.onmessage = ({ data }) => {
      if (port === next && isMessage(data)) ear?.message(data, origin as string);
    };
  };

  // An opaque origin can't be named: such a guest is bound by its window, its port and its first handshake.
  const speak = (outgoing: Message, targetOrigin: string, transfer: readonly Transferable[] = []) =>
    remote.postMessage(outgoing, {
      targetOrigin: targetOrigin === 'null' ? '*' : targetOrigin,
      transfer: [...transfer],
    });

  const hear = ({ source, origin: from, data, ports }: MessageEvent) => {
    if (source !== remote || !isMessage(data) || !handshakes.has(data.type)) return;
    const second =
      from === bound &&
      data.type === 'SYN' &&
      participant !== undefined &&
      data.participantId !== participant;
    if (!allows(from) || second) return ear?.refused(from);
    if (data.type === 'SYN') {
      if (data.participantId !== participant) port = void port?.close();
      participant = data.participantId;
      origin = from;
    } else if (from !== origin) return;
    if (data.type === 'ACK2') {
      if (!ports[0]) return;
      adopt(ports[0]);
    }
    ear?.message(data, from);
  };

  return {
    post(outgoing, transfer) {
      if (outgoing.type === 'SYN') return speak(outgoing, '*');
      if (outgoing.type === 'ACK2' && origin !== undefined) {
        const { port1, port2 } = new MessageChannel();
        adopt(port1);
        return speak(outgoing, origin, [port2]);
      }
      if (port && outgoing.type !== 'ACK1')
        return port.postMessage(outgoing, { transfer: [...(transfer ?? [])] });
      if (origin !== undefined && handshakes.has(outgoing.type)) speak(outgoing, origin);
    },
    listen(listener) {
      ear = listener;
      const { signal } = closed;
      window.addEventListener('message', hear, { signal });
      if (!farewell) return;
      // Not `unload`, which would keep the page out of the back/forward cache; a cached page only pauses.
      const leave = ({ persisted }: PageTransitionEvent) =>
        persisted || port?.postMessage(message('NOTE', { topic: 'bye' }));
      window.addEventListener('pagehide', leave, { signal });
    },
    close() {
      closed.abort();
      port?.close();
      ear = port = undefined;
    },
  };
}

/** What is spoken before there is a port. */
const handshakes: ReadonlySet<string> = new Set(['SYN', 'ACK1', 'ACK2', 'REFUSE', 'DESTROY']);

import type { Bus, Frame } from '../bridge/index.js';
import { AuthError, EmbedError, type OrielError } from '../contract/index.js';
import { Joined } from './joined.js';

/** What the pages that share a connection say to each other. */
interface Note {
  /** From a page to the server. */
  readonly up?: Frame;
  /** From the server to one page, or to all. */
  readonly down?: Frame;
  /** The connection has broken, or is another page's now. */
  readonly lost?: true;
  readonly failed?: { readonly code: string; readonly message: string };
  /** A page is seen, and waits no longer. */
  readonly wake?: true;
}

interface Sharable {
  join(): Bus;
  wake(): void;
}

/**
 * One connection for all pages of an origin that share its name: whoever holds a lock has it, and the others speak
 * through a `BroadcastChannel`. When the page that has it goes away, the browser gives the lock to the next.
 * @param connect - Makes the connection, for the page that has it.
 */
export function shared(name: string, connect: () => Sharable): Pick<Sharable, 'join'> {
  const title = `oriel ${name}`;
  /** Begins the name of each session here, so that an answer finds its page. */
  const own = `${Math.random()}/`;
  const buses = new Set<Joined>();
  let channel: BroadcastChannel | undefined;
  let stop: AbortController | undefined;
  let connection: Sharable | undefined;
  let hub: Bus | undefined;

  return {
    join() {
      const bus = new Joined(
        (frame) => (up({ ...frame, from: own + frame.from }), true),
        () => {
          buses.delete(bus);
          // One that is opened anew leaves and joins in one go.
          queueMicrotask(() => buses.size || end());
        },
      );
      buses.add(bus);
      if (!channel) start();
      return bus;
    },
  };

  function start(): void {
    stop = new AbortController();
    const { signal } = stop;
    channel = new BroadcastChannel(title);
    channel.onmessage = ({ data }) => told(data);
    navigator.locks
      .request(title, { signal }, () => lead(signal))
      .catch((error) => signal.aborted || fail(error)); // it may have been given up before its turn
    // A page that is put away would keep the lock, and carry nothing.
    addEventListener('pagehide', away, { signal });
    document.addEventListener('freeze', away, { signal });
    document.addEventListener('visibilitychange', () => document.hidden || tell({ wake: true }), { signal });
  }

  /** It can't be had, such as in a frame of no origin. Whoever joins later tries again. */
  function fail({ message }: Error): void {
    end();
    told({
      failed: {
        code: 'unreachable',
        message: `The connection "${name}" can't be shared here: ${message} Leave out "share", or allow the page its origin.`,
      },
    });
  }

  function end(): void {
    stop?.abort();
    channel?.close();
    channel = hub = connection = undefined;
  }

  function away(): void {
    for (const { ear } of [...buses]) ear.leave?.();
    end();
    addEventListener('pageshow', back, { once: true });
    document.addEventListener('resume', back, { once: true });
  }

  function back(): void {
    if (!buses.size || channel) return;
    start();
    told({ lost: true });
  }

  /** Has the connection, until `signal` aborts. */
  function lead(signal: AbortSignal): Promise<void> {
    connection = connect();
    const mine = connection.join();
    hub = mine;
    mine.listen({
      hear: (frame) => tell({ down: frame as Frame }),
      lost: () => tell({ lost: true }),
      failed: ({ code, message }) => tell({ failed: { code, message } }),
      leave: () => {},
    });
    tell({ lost: true }); // what was said before was said to another, or to nobody
    return new Promise((resolve) =>
      signal.addEventListener('abort', () => {
        mine.close();
        resolve();
      }),
    );
  }

  function up(frame: Frame): void {
    if (hub) hub.post(frame);
    else channel?.postMessage({ up: frame } satisfies Note);
  }

  /** For another page. What can't be sent ends its session, since the server would miss it. */
  function relay(frame: Frame): void {
    try {
      hub?.post(frame);
    } catch {
      const { from, to = '', message: _, ...its } = frame;
      tell({ down: { ...its, type: 'end', side: 'guest', from: to, to: from } });
    }
  }

  function tell(note: Note): void {
    channel?.postMessage(note);
    told(note);
  }

  function told(note: Note): void {
    if (note.wake) connection?.wake();
    if (note.up) relay(note.up);
    const { down, lost, failed } = note;
    const to = down?.to;
    for (const { ear } of [...buses]) {
      if (down) ear.hear?.(to?.startsWith(own) ? { ...down, to: to.slice(own.length) } : down);
      if (lost) ear.lost?.();
      if (failed) ear.failed?.(errorOf(failed));
    }
  }
}

function errorOf({ code, message }: NonNullable<Note['failed']>): OrielError {
  return new (code === 'unreachable' ? EmbedError : AuthError)(code as never, message);
}

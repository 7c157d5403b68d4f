const encoder = new TextEncoder();

/** How a stream of the gateway's ended before its reader left it. */
export type Ended = 'slow' | 'auth-expired' | 'shutdown' | 'unavailable';

/** What a server of Node's writes a response to. */
interface Destination {
  write(chunk: Uint8Array): boolean;
  end(): void;
  on(event: 'drain' | 'close' | 'error', listener: () => void): unknown;
}

const outlets = new WeakMap<ReadableStream, Outlet>();

/** The outlet that a response's body is of. */
export function outletOf({ body }: Response): Outlet | undefined {
  return body ? outlets.get(body) : undefined;
}

/**
 * A response's body that is written as things happen, to a reader who may be slow: what waits for it is bounded.
 * `onEnd` is called once, whoever ended it.
 */
export class Outlet {
  readonly body: ReadableStream<Uint8Array>;
  readonly #limit: number;
  readonly #onEnd: () => void;
  #chunks: Uint8Array[] = [];
  #bytes = 0;
  #pull: (() => void) | undefined;
  #drained: (() => void)[] = [];
  #closing = false;
  #over = false;

  constructor(limit: number, onEnd: () => void) {
    this.#limit = limit;
    this.#onEnd = onEnd;
    this.body = new ReadableStream(
      {
        pull: (controller) =>
          new Promise<void>((resolve) => {
            this.#pull = () => {
              if (!this.#bytes && !this.#closing) return;
              this.#pull = undefined;
              if (this.#bytes) controller.enqueue(this.#take());
              if (this.#closing) controller.close();
              resolve();
            };
            this.#pull();
          }),
        cancel: () => this.#end(),
      },
      { highWaterMark: 0 },
    );
    outlets.set(this.body, this);
  }

  /** Writes to a server's own stream, which spares each chunk the way through the web's. Nobody may read the body then. */
  into(to: Destination): void {
    let [room, ended] = [true, false];
    this.#pull = () => {
      if (room && this.#bytes) room = to.write(this.#take());
      if (!this.#closing || this.#bytes || ended) return;
      ended = true;
      to.end();
    };
    to.on('drain', () => {
      room = true;
      this.#pull?.();
    });
    for (const gone of ['close', 'error'] as const) to.on(gone, () => this.#end());
    this.#pull();
  }

  get over(): boolean {
    return this.#over;
  }

  /** Whether nothing waits for the reader. */
  get idle(): boolean {
    return !this.#bytes;
  }

  /**
   * Writes to the reader, or to what waits for it.
   * @returns whether there was room. One chunk always has, when nothing waits.
   */
  write(chunk: string | Uint8Array): boolean {
    if (this.#over) return false;
    const bytes = typeof chunk === 'string' ? encoder.encode(chunk) : chunk;
    if (this.#bytes && this.#bytes + bytes.length > this.#limit) return false;
    this.#add(bytes);
    this.#pull?.();
    return true;
  }

  /** Resolves when nothing waits for the reader any more, or it is over. */
  drained(): Promise<void> {
    if (this.#over || !this.#bytes) return Promise.resolve();
    return new Promise((resolve) => this.#drained.push(resolve));
  }

  /** Ends it, after a last word. What waits for the reader is still sent, but not waited for. */
  close(last?: string): void {
    if (this.#over) return;
    if (last) this.#add(encoder.encode(last));
    this.#closing = true;
    this.#pull?.();
    this.#end();
  }

  /** Drops what waits for the reader, and ends it with a last word. */
  cut(last: string): void {
    this.#chunks = [];
    this.#bytes = 0;
    this.close(last);
  }

  #add(bytes: Uint8Array): void {
    this.#chunks.push(bytes);
    this.#bytes += bytes.length;
  }

  #take(): Uint8Array {
    const all =
      this.#chunks.length === 1 ? (this.#chunks[0] as Uint8Array) : joined(this.#chunks, this.#bytes);
    this.#chunks = [];
    this.#bytes = 0;
    this.#settle();
    return all;
  }

  #settle(): void {
    if (!this.#drained.length) return;
    for (const resolve of this.#drained.splice(0)) resolve();
  }

  #end(): void {
    if (this.#over) return;
    this.#over = true;
    this.#settle();
    this.#onEnd();
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}

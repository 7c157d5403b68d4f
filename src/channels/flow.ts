/** Text as a stream of bytes that goes at its reader's speed, and ends when too much waits for it. */
export class Flow {
  readonly readable: ReadableStream<Uint8Array>;
  readonly #room: number;
  readonly #ended: () => void;
  readonly #waiting: Uint8Array[] = [];
  #controller!: ReadableStreamDefaultController<Uint8Array>;
  /** How much waits, in bytes. */
  #size = 0;
  #wanted = false;
  #over = false;

  /**
   * @param room - How many bytes may wait, besides one text however long it is.
   * @param ended - Called once the reader has gone, or was too slow.
   */
  constructor(room: number, ended: () => void) {
    this.#room = room;
    this.#ended = ended;
    this.readable = new ReadableStream(
      {
        start: (controller) => {
          this.#controller = controller;
        },
        pull: () => {
          this.#wanted = true;
          this.#give();
        },
        cancel: () => this.#end(),
      },
      { highWaterMark: 0 },
    );
  }

  write(text: string): void {
    if (this.#over) return;
    const bytes = new TextEncoder().encode(text);
    this.#waiting.push(bytes);
    this.#size += bytes.length;
    this.#give();
    if (this.#size <= this.#room || this.#size - longest(this.#waiting) <= this.#room) return;
    this.#end();
    // So that whoever carries it hangs up: an end that waits for its turn would keep it all.
    this.#controller.error(new Error('The client reads too slowly.'));
  }

  /** Ends it after what waits. */
  close(): void {
    if (this.#over) return;
    this.#over = true;
    this.#give();
  }

  #give(): void {
    const next = this.#wanted ? this.#waiting.shift() : undefined;
    if (next) {
      this.#wanted = false;
      this.#size -= next.length;
      this.#controller.enqueue(next);
    } else if (this.#over && !this.#waiting.length) this.#controller.close();
  }

  #end(): void {
    this.#waiting.length = 0;
    if (this.#over) return;
    this.#over = true;
    this.#ended();
  }
}

function longest(parts: readonly Uint8Array[]): number {
  return parts.reduce((most, { length }) => Math.max(most, length), 0);
}

import type { JetStreamManager, StoredMsg } from '@nats-io/jetstream';
import { apiCodeOf } from './nats-errors.js';

/** What is remembered: one message is one request, and many read the same ones. */
const held = { messages: 20_000, bytes: 8 * 1024 * 1024 };
const noMessage = 10037;

/** The texts of messages, by stream and number. What stands under a number never changes. */
export class NatsMessages {
  /** In the order that they were asked for. */
  readonly #known = new Map<string, { readonly text: Promise<string | undefined>; bytes: number }>();
  #bytes = 0;

  /** @returns `undefined` for one that is no longer there */
  get(manager: JetStreamManager, stream: string, epoch: string, seq: number): Promise<string | undefined> {
    const key = `${stream} ${epoch} ${seq}`;
    const known = this.#known.get(key);
    if (known) return known.text;
    const text = one(manager, stream, seq).then((message) => message?.string());
    const entry = { text, bytes: 0 };
    this.#known.set(key, entry);
    text.then(
      (found) => {
        entry.bytes = found?.length ?? 0;
        this.#bytes += entry.bytes;
        this.#forget();
      },
      () => this.#known.delete(key), // it may come with the next try
    );
    return text;
  }

  #forget(): void {
    for (const [key, { bytes }] of this.#known) {
      if (this.#known.size <= held.messages && this.#bytes <= held.bytes) return;
      this.#known.delete(key);
      this.#bytes -= bytes;
    }
  }
}

/** A copy may lag behind; what it lacks, the stream's leader may have. */
async function one(manager: JetStreamManager, name: string, seq: number): Promise<StoredMsg | null> {
  return (await manager.direct.getMessage(name, { seq })) ?? found(manager.streams.getMessage(name, { seq }));
}

/** What is there, or null where nothing is. */
export async function found(message: Promise<StoredMsg | null>): Promise<StoredMsg | null> {
  try {
    return await message;
  } catch (error) {
    if (apiCodeOf(error) === noMessage) return null;
    throw error;
  }
}

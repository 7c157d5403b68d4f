import { LogError } from '../contract/index.js';
import { type Envelope, formatCursor } from '../events/index.js';
import type { Row } from './engine.js';
import type { Stored } from './log.js';

/** An event that is parsed when it's first looked at: who passes on its text needs no more. */
export class StoredEvent implements Stored {
  readonly seq: string;
  readonly cursor: string;
  readonly json: string;
  #event: Envelope | undefined;

  constructor(epoch: string, { seq, json }: Row) {
    this.seq = seq;
    this.json = json;
    this.cursor = formatCursor({ epoch, seq });
  }

  get event(): Envelope {
    return (this.#event ??= this.#parsed());
  }

  #parsed(): Envelope {
    try {
      return Object.freeze(JSON.parse(this.json));
    } catch (cause) {
      throw new LogError('log-corrupt', `The event at ${this.cursor} is not JSON. Restore the log.`, {
        cause,
      });
    }
  }
}

import { OrielError } from '../../contract/index.js';
import { Undeliverable } from '../sink.js';
import type { Answer } from './poster.js';

/** A receiver that did not take an event. It is tried again. */
export class NotDelivered extends OrielError {
  override readonly name = 'NotDelivered';
  readonly status: number;
  /** How long the receiver wants to be left alone, in ms. */
  readonly retryAfter: number | undefined;
  constructor(status: number, retryAfter?: number, options?: ErrorOptions) {
    const redirect =
      status >= 300 && status < 400 ? ' Redirects are not followed: give the address itself.' : '';
    super('not-delivered', `The receiver answered with ${status}.${redirect}`, options);
    this.status = status;
    this.retryAfter = retryAfter;
  }
}

/**
 * Whether an answer means that the event was taken.
 * @throws NotDelivered, or Undeliverable after a 410
 */
export function checkAnswer({ status, retryAfter }: Answer, now: number): void {
  if (status >= 200 && status < 300) return;
  if (status === 410) throw new Undeliverable('The receiver answered with 410: it is gone for good.');
  throw new NotDelivered(status, retryAfter === undefined ? undefined : delayOf(retryAfter, now));
}

/** Nobody is waited for longer than this, in ms. */
const longest = 86_400_000;

/** The ms of a `Retry-After`, in seconds or as a date; `undefined` for what is neither. */
function delayOf(retryAfter: string, now: number): number | undefined {
  const text = retryAfter.trim();
  const ms = /^\d+$/.test(text) ? Number(text) * 1000 : Date.parse(text) - now;
  return Number.isNaN(ms) ? undefined : Math.min(Math.max(0, ms), longest);
}

import { AuthError, InvalidValue } from '../../contract/index.js';
import type { RawMessage } from '../../events/raw-message.js';
import type { Identity, WebhookMessage, WebhookStyle } from '../../webhooks/index.js';
import type { SourceContext, SourceEvent } from '../source.js';
import { bodyOf, TooLarge } from './body.js';
import { type ReceivedWebhook, receivedOf } from './received.js';
import { replies } from './replies.js';

export interface ReceiverSettings {
  readonly style: WebhookStyle;
  readonly secrets: readonly string[];
  readonly tolerance: number;
  readonly limit: number;
  readonly map: (message: ReceivedWebhook) => unknown;
  readonly subject: ((message: ReceivedWebhook) => string | undefined) | undefined;
}

/** Takes one webhook after the other: verify, keep, answer. */
export class Receiver {
  readonly #settings: ReceiverSettings;

  constructor(settings: ReceiverSettings) {
    this.#settings = settings;
  }

  async receive(request: Request, context: SourceContext): Promise<Response> {
    const { style, limit } = this.#settings;
    const body = await bodyOf(request, limit).catch(orTooLarge);
    if (body instanceof TooLarge) return replies.tooLarge(limit);
    const message = { headers: request.headers, body };
    const identity = await this.#identify(message, context);
    if (identity instanceof Response) return identity;
    return style.answer?.(message) ?? (await this.#keep(receivedOf(message, identity), context));
  }

  /** Reads again what was put aside. It was signed in time when it came, and still has to be signed. */
  async again({ headers, body }: RawMessage, context: SourceContext): Promise<void> {
    const { style, secrets } = this.#settings;
    const message = { headers: new Headers(headers.map(([name, value]) => [name, value])), body };
    const identity = await style.verify(message, secrets, {
      now: Date.now(),
      tolerance: Number.POSITIVE_INFINITY,
    });
    const event = await this.#eventOf(receivedOf(message, identity));
    if (typeof event === 'string') throw new Error(event);
    if (event.payload === undefined) return;
    const settled = await context.emit({ ...event, raw: { headers, body } });
    if (settled.outcome === 'dead') throw new Error(settled.reason);
  }

  async #identify(message: WebhookMessage, context: SourceContext): Promise<Identity | Response> {
    const { style, secrets, tolerance } = this.#settings;
    try {
      return await style.verify(message, secrets, { now: Date.now(), tolerance });
    } catch (error) {
      if (error instanceof AuthError) return replies.unauthorized(error.message);
      context.report(error); // a style of the user's: whatever it was, nothing is verified
      return replies.unauthorized('The message could not be verified.');
    }
  }

  async #keep(message: ReceivedWebhook, context: SourceContext): Promise<Response> {
    try {
      return await this.#settle(message, context);
    } catch (error) {
      context.report(error);
      return replies.later();
    }
  }

  async #settle(message: ReceivedWebhook, context: SourceContext): Promise<Response> {
    const raw = rawOf(message);
    const event = await this.#eventOf(message);
    if (typeof event === 'string') return await aside(raw, event, context);
    if (event.payload === undefined) return replies.kept();
    try {
      const settled = await context.emit({ ...event, raw });
      return settled.outcome === 'dead' ? replies.dead(settled.reason) : replies.kept();
    } catch (error) {
      // It would be no event the next time either.
      if (error instanceof InvalidValue) return await aside(raw, error.message, context);
      throw error;
    }
  }

  /** The event, or why there is none. */
  async #eventOf(message: ReceivedWebhook): Promise<SourceEvent | string> {
    const { map, subject } = this.#settings;
    try {
      return { id: message.id, payload: await map(message), subject: subject?.(message) };
    } catch (error) {
      return `${error}`;
    }
  }
}

async function aside(raw: RawMessage, reason: string, context: SourceContext): Promise<Response> {
  await context.reject(raw, reason);
  return replies.dead(reason);
}

/** Those of the connection, and what lets the sender in, which is nobody else's. */
const kept =
  /^(?!(?:authorization|connection|cookie|host|keep-alive|proxy-.*|te|trailer|transfer-encoding|upgrade)$)/;

function rawOf({ headers, body }: WebhookMessage): RawMessage {
  return { headers: [...headers].filter(([name]) => kept.test(name)), body };
}

function orTooLarge(error: unknown): TooLarge {
  if (error instanceof TooLarge) return error;
  throw error;
}

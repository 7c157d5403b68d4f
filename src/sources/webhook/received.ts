import { type Identity, textOf, type WebhookMessage } from '../../webhooks/index.js';

/** A webhook whose signature was right. */
export interface ReceivedWebhook extends WebhookMessage, Identity {
  text(): string;
  /** @throws SyntaxError for a body that is no JSON */
  json(): unknown;
}

export function receivedOf(message: WebhookMessage, { id, type }: Identity): ReceivedWebhook {
  return { ...message, id, type, text: () => textOf(message), json: () => JSON.parse(textOf(message)) };
}

/** What a body says, by its content type: JSON, a form's fields, text, and bytes for all else. */
export function contentOf(message: ReceivedWebhook): unknown {
  const type = (message.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
  if (/^application\/(?:.+\+)?json$/.test(type)) return message.json();
  if (type === 'application/x-www-form-urlencoded')
    return Object.fromEntries(new URLSearchParams(message.text()));
  return type.startsWith('text/') ? message.text() : message.body;
}

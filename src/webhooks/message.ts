/** A webhook as it came: what was signed is its bytes. */
export interface WebhookMessage {
  readonly headers: Headers;
  readonly body: Uint8Array;
}

/** The body as text. Bytes that are no UTF-8 become U+FFFD. */
export const textOf = ({ body }: WebhookMessage): string => new TextDecoder().decode(body);

/** A member of a JSON body that is text without blanks or controls; `undefined` for whatever else the body is. */
export function wordIn(message: WebhookMessage, member: string): string | undefined {
  const value = membersOf(message)[member];
  return typeof value === 'string' && /^[!-~]{1,256}$/.test(value) ? value : undefined;
}

function membersOf(message: WebhookMessage): Record<string, unknown> {
  try {
    return Object(JSON.parse(textOf(message)));
  } catch {
    return {}; // a form, or bytes: it has no members
  }
}

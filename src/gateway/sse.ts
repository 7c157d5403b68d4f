/** What keeps proxies from holding back, changing or packing what comes piece by piece. */
export const streamHeaders = {
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

/** What one frame of `text/event-stream` may say. */
export interface SseFrame {
  readonly event?: string | undefined;
  readonly id?: string | undefined;
  /** JSON, which has no line breaks of its own. */
  readonly data?: string | undefined;
  /** After how many ms to connect again. */
  readonly retry?: number | undefined;
}

export function sseFrame({ event, id, data, retry }: SseFrame): string {
  const line = (name: string, value: string | number | undefined) =>
    value === undefined ? '' : `${name}: ${value}\n`;
  return `${line('retry', retry)}${line('event', event)}${line('id', id)}${line('data', data)}\n`;
}

/** Says nothing, and shows that the line is alive. */
export const sseBeat = ': beat\n\n';

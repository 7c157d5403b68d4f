import { compareSeq, formatCursor, type Position, parseCursor } from '../events/index.js';
import type { Batch, Share } from './engine.js';
import type { Head, Page, ResetReason } from './log.js';
import { StoredEvent } from './stored.js';

/** Of JSON, in one page. */
const pageBytes = 1024 * 1024;

export const share = (limit: number): Share => ({ limit, bytes: pageBytes });

/** The place that an engine is asked for; what is no cursor is answered with `reset`, and needs no rows. */
export function placeOf(after: Position): string {
  return after === 'earliest' || after === 'latest' ? after : (parseCursor(after)?.seq ?? 'latest');
}

/** What an engine saw, as what it says to whoever asked for what comes after `after`. */
export function pageOf(batch: Batch, after: Position): Page {
  const reason = resetReason(batch, after);
  if (reason) {
    const { earliest, latest } = headOf(batch);
    return { answer: 'reset', reason, earliest, latest };
  }
  const { epoch, rows, last } = batch;
  const end = rows.at(-1)?.seq ?? last;
  return {
    answer: end === last ? 'live' : 'replayed',
    events: rows.map((row) => new StoredEvent(epoch, row)),
    next: formatCursor({ epoch, seq: end }),
  };
}

export function headOf({ epoch, first, last }: Batch): Head {
  return { epoch, earliest: formatCursor({ epoch, seq: first }), latest: formatCursor({ epoch, seq: last }) };
}

function resetReason({ epoch, first, last, before }: Batch, after: Position): ResetReason | undefined {
  if (after === 'earliest' || after === 'latest') return;
  const parts = parseCursor(after);
  if (!parts) return 'malformed';
  if (parts.epoch !== epoch) return 'epoch';
  // An engine counts by one number or by two.
  if (parts.seq.includes('-') !== last.includes('-')) return 'malformed';
  if (compareSeq(parts.seq, first) < 0) return 'trimmed';
  if (compareSeq(parts.seq, last) > 0) return 'ahead';
  if (before === undefined || before === parts.seq) return;
  // Nobody was given this place by the log as it is now: it has lost what came before it, or what came after.
  return compareSeq(parts.seq, before) < 0 ? 'trimmed' : 'ahead';
}

/** As many rows from an index on as one page may hold, and at least one. */
export function cut<T extends { readonly json: string }>(
  rows: readonly T[],
  from: number,
  { limit, bytes }: Share,
): T[] {
  let [end, left] = [from, bytes];
  for (; end < rows.length && end - from < limit; end++) {
    left -= rows[end]?.json.length ?? 0;
    if (left < 0 && end > from) break;
  }
  return rows.slice(from, end);
}

/** The index of the first row after a place. */
export function indexAfter(rows: readonly { readonly seq: string }[], seq: string): number {
  let [low, high] = [0, rows.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareSeq(rows[middle]?.seq ?? '', seq) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

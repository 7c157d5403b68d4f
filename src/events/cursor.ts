/**
 * A place in a topic, between two events: `<epoch>:<seq>`. Opaque to clients: they keep the last one that they were
 * given, and hand it back. Within an epoch the places of a topic are in order; those of two epochs have none, which is
 * why a log answers a cursor of another epoch with `reset`.
 */
export type Cursor = string;

/** Where to begin: after a cursor, before all that is kept, or at the end. */
export type Position = Cursor | 'earliest' | 'latest';

/** What a cursor is made of. */
export interface CursorParts {
  /** Changes when a log begins anew, such as after its file was deleted: letters, digits and `_`, at most 40. */
  readonly epoch: string;
  /** One whole number, or two with a dash between (`12`, `12-3`), of 18 digits at most, as its engine counts. */
  readonly seq: string;
}

const shape = /^(\w{1,40}):((?:0|[1-9]\d{0,17})(?:-(?:0|[1-9]\d{0,17}))?)$/;

/** Writes a cursor. @throws RangeError for parts that no cursor can have */
export function formatCursor({ epoch, seq }: CursorParts): Cursor {
  const cursor = `${epoch}:${seq}`;
  if (!shape.test(cursor)) throw new RangeError(`"${cursor}" is no cursor: <epoch>:<seq> is.`);
  return cursor;
}

/** Reads what a client handed back, which may be anything. @returns `undefined` for what is no cursor */
export function parseCursor(value: unknown): CursorParts | undefined {
  const [, epoch, seq] = (typeof value === 'string' && shape.exec(value)) || [];
  return epoch !== undefined && seq !== undefined ? { epoch, seq } : undefined;
}

/** Negative where `a` comes before `b`, 0 where they are one place. */
export function compareSeq(a: string, b: string): number {
  if (a === b) return 0;
  const [first, second] = [a.split('-'), b.split('-')];
  return compareDigits(first[0], second[0]) || compareDigits(first[1], second[1]);
}

/**
 * Negative where `a` comes before `b`, 0 where they are one place, positive where it comes after.
 * @returns `undefined` where there is no order: the epochs differ, or one is no cursor.
 */
export function compareCursors(a: unknown, b: unknown): number | undefined {
  const [one, other] = [parseCursor(a), parseCursor(b)];
  if (one === undefined || other === undefined || one.epoch !== other.epoch) return;
  return compareSeq(one.seq, other.seq);
}

// No leading zeros: what is longer is larger. Numbers would end at 2^53.
function compareDigits(a = '0', b = '0'): number {
  return a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
}

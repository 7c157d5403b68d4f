export {
  type Cursor,
  type CursorParts,
  compareCursors,
  compareSeq,
  formatCursor,
  type Position,
  parseCursor,
} from './cursor.js';
export {
  type Attribute,
  type DataCodec,
  dataOf,
  type Envelope,
  type EnvelopeInit,
  envelope,
  packedType,
  readEnvelope,
} from './envelope.js';
export { type Freshness, type FreshnessChange, FreshnessStore } from './freshness.js';
export { type Answer, type Arrived, type Missed, Resume, type ResumeOptions } from './resume.js';

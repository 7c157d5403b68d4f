// What the module of an engine is made with.
export { type Bounds, boundsOf } from './bounds.js';
export { createLog } from './create.js';
export type { Batch, Engine, Entry, Row, Share, Taken } from './engine.js';
export { newEpoch } from './epoch.js';
export type { Log, LogOptions, Note, Passing } from './log.js';
export { needed } from './missing.js';
export { Wakes } from './wakes.js';

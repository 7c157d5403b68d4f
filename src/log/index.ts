export { LogError, type LogErrorCode } from '../contract/index.js';
export type {
  Appended,
  EventsPage,
  Head,
  Log,
  LogOptions,
  Note,
  Notes,
  Page,
  Passing,
  ReadOptions,
  ResetPage,
  ResetReason,
  Retention,
  Stored,
} from './log.js';

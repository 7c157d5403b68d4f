export { type Contract, contract, isReserved, type Other, type Side } from './contract.js';
export {
  type ContractDescription,
  describe,
  type MemberDescription,
  type ValueDescription,
} from './describe.js';
export * from './errors.js';
export {
  type EventMember,
  event,
  type KeptEvent,
  type Member,
  type Members,
  type Method,
  method,
  type Stream,
  stream,
} from './members.js';
export { type AnySchema, type In, type Issue, type Out, type Schema, type, type Verdict } from './schema.js';
export type {
  CallContext,
  CallOptions,
  EventName,
  Implementation,
  InProps,
  KeptEventName,
  OutProps,
  PayloadIn,
  PayloadOut,
  Remote,
  RemoteStream,
} from './types.js';
export { validate } from './validate.js';
export { compatible, isVersion } from './version.js';

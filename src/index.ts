export {
  type Channel,
  type Client,
  type ClientOptions,
  client,
  type Listener,
  type Peer,
  type PeerState,
  type PeerStatus,
  type ServeOptions,
  type Service,
  type Store,
  serve,
} from './bridge/index.js';
export * from './contract/index.js';
export { OrielCloseEvent } from './elements/events/close.js';
export { OrielErrorEvent } from './elements/events/error.js';
export { OrielFreshnessEvent } from './elements/events/freshness.js';
export { OrielLoadEvent } from './elements/events/load.js';
export { OrielMessageEvent } from './elements/events/message.js';
export { OrielReadyEvent } from './elements/events/ready.js';
export { OrielResizeEvent } from './elements/events/resize.js';
export type { AutosizeMode } from './elements/frame/autosize.js';
export { type FrameState, OrielFrame } from './elements/frame/frame.js';
export type { Loading } from './elements/frame/loading.js';
export * from './elements/widget/widget.js';

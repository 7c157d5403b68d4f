export type { Peer, PeerState, PeerStatus, Store } from '../bridge/index.js';
export { type AutosizeOptions, autosize } from './autosize.js';
export { type ConnectHostOptions, connectHost, requestClose } from './connect-host.js';
export { type GuestFreshness, showFreshness } from './freshness.js';

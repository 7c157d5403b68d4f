export type { Channel, Ear, Wire } from './channel.js';
export { control, type PeerControl } from './control.js';
export { anyContract } from './hello.js';
export { isMessage, type Message, message } from './message.js';
export { type ConnectOptions, connect } from './peer.js';
export type { Peer, PeerState, PeerStatus } from './peer-types.js';
export type { Store } from './store.js';

import { connect } from '../../dist/bridge/index.js';
import { toFrame } from '../../dist/channels/window.js';
import { connectHost } from '../../dist/guest/index.js';
import { api, frameAt, guestOrigin, hostOrigin } from './api.mjs';
import { bench } from './contract.mjs';

// The bridge alone, on an iframe of the page's own.
export const guest = () =>
  connectHost(bench, { allowOrigins: [hostOrigin], implement: api, autosize: false });
export async function host(url, place) {
  const frame = frameAt(url, place);
  const channel = toFrame(() => frame.contentWindow, { allowOrigins: [guestOrigin] });
  const peer = connect({ channel, contract: bench, side: 'host' });
  await peer.ready;
  return (name, input) => peer.remote[name](input);
}

import * as v from 'valibot';
import { connect } from '../../dist/bridge/index.js';
import { toFrame } from '../../dist/channels/window.js';
import { contract, method } from '../../dist/contract/index.js';
import { connectHost } from '../../dist/guest/index.js';
import { api, guestOrigin, hostOrigin } from './api.mjs';

// With validation, on both sides: what users get.
const bench = contract({
  name: 'bench',
  version: '1.0.0',
  guest: {
    add: method({ input: v.tuple([v.number(), v.number()]), output: v.number() }),
    echo: method({ input: v.any(), output: v.any() }),
  },
});
export const guest = () => connectHost(bench, { allowOrigins: [hostOrigin], implement: api });
export async function host(frame) {
  const channel = toFrame(() => frame.contentWindow, { allowOrigins: [guestOrigin] });
  const peer = connect({ channel, contract: bench, side: 'host' });
  await peer.ready;
  return (name, input) => peer.remote[name](input);
}

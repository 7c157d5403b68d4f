import { connectHost } from '../../dist/guest/index.js';
import '../../dist/elements/frame/define.js';
import { api, hostOrigin } from './api.mjs';
import { bench } from './contract.mjs';

// The element, with all that it does by default.
export const guest = () => connectHost(bench, { allowOrigins: [hostOrigin], implement: api });
export async function host(url, place) {
  const frame = document.createElement('oriel-frame');
  frame.contract = bench;
  frame.src = url;
  place.append(frame);
  await frame.ready;
  const { guest } = frame;
  return (name, input) => guest[name](input);
}

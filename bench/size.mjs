// node size.mjs: minified and gzipped bytes of each peer, all bundled the same way.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { bundle } from './server.mjs';
import { markdown } from './table.mjs';

const entries = {
  'oriel, guest SDK': `export { connectHost } from '../dist/guest/index.js'`,
  'oriel, `<oriel-frame>` with Lit and penpal': `import '../dist/elements/frame/define.js'`,
  'oriel, `defineWidget` with all of it': `export { defineWidget } from '../dist/elements/widget/widget.js'`,
  'oriel, bridge alone': `export { connect } from '../dist/bridge/index.js'; export { toFrame } from '../dist/channels/window.js'`,
  'penpal, connect and WindowMessenger': `export { connect, WindowMessenger } from 'penpal'`,
  comlink: `export * from 'comlink'`,
  'post-robot': `export * from '@krakenjs/post-robot'`,
  zoid: `export * from '@krakenjs/zoid/dist/zoid.js'`,
  '@quilted/threads': `export * from '@quilted/threads'`,
  birpc: `export * from 'birpc'`,
  capnweb: `export * from 'capnweb'`,
  'iframe-resizer 4, host': `import resize from 'iframe-resizer/js/iframeResizer.js'; export default resize`,
  'iframe-resizer 4, guest': `import 'iframe-resizer/js/iframeResizer.contentWindow.js'`,
  'open-iframe-resizer, both sides': `export * from '@open-iframe-resizer/core'`,
};

export async function sizes() {
  const rows = [];
  for (const [name, contents] of Object.entries(entries)) {
    const text = await bundle(contents);
    const gzip = gzipSync(text, { level: 9 }).length;
    rows.push([name, (Buffer.byteLength(text) / 1000).toFixed(1), (gzip / 1000).toFixed(1)]);
  }
  return `### Sizes\n\n${markdown(['', 'minified, kB', 'gzip, kB'], rows)}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.log(await sizes());

// node size.mjs: minified and gzipped bytes of each peer, bundled the same way.
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';

const entries = {
  'oriel guest SDK': `export { connectHost } from '../dist/guest/index.js'`,
  'oriel frame': `import '../dist/elements/frame/define.js'`,
  'oriel defineWidget': `export { defineWidget } from '../dist/elements/widget/widget.js'`,
  'oriel bridge': `export { connect } from '../dist/bridge/index.js'; export * from '../dist/channels/window.js'`,
  penpal: `export { connect, WindowMessenger } from 'penpal'`,
  comlink: `export * from 'comlink'`,
  'post-robot': `export * from '@krakenjs/post-robot'`,
  threads: `export * from '@quilted/threads'`,
  birpc: `export * from 'birpc'`,
  capnweb: `export * from 'capnweb'`,
  'iframe-resizer (host)': `import resize from 'iframe-resizer/js/iframeResizer.js'; export default resize`,
  'iframe-resizer (guest)': `import 'iframe-resizer/js/iframeResizer.contentWindow.js'`,
  'open-iframe-resizer': `export * from '@open-iframe-resizer/core'`,
};
for (const [name, contents] of Object.entries(entries)) {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: import.meta.dirname },
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    write: false,
  });
  const [{ contents: bytes }] = outputFiles;
  console.log(
    name.padEnd(26),
    String(bytes.length).padStart(7),
    String(gzipSync(bytes, { level: 9 }).length).padStart(7),
  );
}

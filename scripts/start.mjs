// `npm start`: installs and builds what is missing, and serves the demo on its three origins.
import { ensureInstalled } from './install.mjs';

await ensureInstalled();
const { build } = await import('./build.mjs');
await build();
const { startDemo } = await import('../demo/servers.mjs');
const first = Number(process.env.PORT ?? 4400);
const { host, guest, vendor } = await startDemo({ ports: [first, first + 1, first + 2] }).catch((error) => {
  if (error.code !== 'EADDRINUSE') throw error;
  console.error(`Port ${error.port} is in use; taking free ones.`);
  return startDemo();
});
console.log(
  `The demo is at ${host}\n(the ticket system at ${guest}, its vendor's script at ${vendor}; Ctrl+C ends it)`,
);

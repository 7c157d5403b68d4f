// `npm start`: installs and builds what is missing, and serves the demo on its origins.
import { ensureInstalled } from './install.mjs';

await ensureInstalled();
const { build } = await import('./build.mjs');
await build();
const { startDemo } = await import('../demo/servers.mjs');
const first = Number(process.env.PORT ?? 4400);
const ports = [0, 1, 2, 3].map((next) => first && first + next); // 0 is any that is free
const { host, guest, vendor, gateway, note } = await startDemo({ ports }).catch((error) => {
  if (error.code !== 'EADDRINUSE') throw error;
  console.error(`Port ${error.port} is in use; taking free ones.`);
  return startDemo();
});
if (note) console.error(note);
console.log(
  `The demo is at ${host}\n(the ticket system at ${guest}, its gateway at ${gateway}, its vendor's script at ${vendor}; Ctrl+C ends it)`,
);

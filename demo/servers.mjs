// The demo's three systems, each with a server and an origin of its own: a CRM, a ticket system, and its script's CDN;
// and the ticket system's gateway.
import { createServer } from 'node:http';
import { startGateway } from './gateway/gateway.mjs';
import { host } from './host.mjs';
import { ticketSystem } from './ticket-system.mjs';
import { vendor } from './vendor.mjs';

/** Three sites on one machine, where all of 127.0.0.0/8 is this machine (Linux, Windows). */
const three = ['127.0.0.1', '127.0.0.2', '127.0.0.3'];

/**
 * Starts the three servers and the gateway, or none.
 * @param options.ports - Where they listen, the gateway last; 0 is any free port.
 * @param options.addresses - What they listen at.
 * @returns their origins, `note` where they could not have a site each, `violations` (what the browsers report against
 * the host's policy), `bankToken`, `killGateway()`, `startGateway()` and `stop()`.
 */
export async function startDemo({ ports = [0, 0, 0, 0], addresses = three } = {}) {
  try {
    return await startAt(addresses, ports);
  } catch (error) {
    if (error.code !== 'EADDRNOTAVAIL') throw error;
    // macOS has 127.0.0.1 alone. Another port is another origin, and "localhost" is another site.
    const demo = await startAt(['127.0.0.1', '127.0.0.1', '127.0.0.1'], ports, { guest: 'localhost' });
    const note = `This machine has no address ${error.address}: the ticket system is at "localhost", and its vendor's script on another port of the CRM's own site.`;
    return { ...demo, note };
  }
}

async function startAt(addresses, ports, names = {}) {
  const origins = { unlisted: 'http://unlisted.example', nowhere: await nowhere() };
  const violations = [];
  let gateway;
  const systems = {
    host: host(
      origins,
      (violation) => violations.push(violation),
      async () => {
        await gateway.kill();
        await gateway.start();
      },
    ),
    guest: ticketSystem(origins),
    vendor: await vendor(origins),
  };
  const started = await Promise.allSettled(
    Object.values(systems).map((handle, i) => listen(addresses[i], ports[i], handle)),
  );
  const servers = started.flatMap(({ value }) => value ?? []);
  const stop = () => {
    gateway?.stop();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  };
  const failed = started.find(({ reason }) => reason);
  if (failed) {
    stop(); // all three or none
    throw failed.reason;
  }
  Object.keys(systems).forEach((name, i) => {
    const { address, port } = servers[i].address();
    origins[name] = `http://${names[name] ?? address}:${port}`;
  });
  try {
    // It is the ticket system's, at a port of its own.
    gateway = await startGateway({ host: addresses[1], port: ports[3], page: origins.guest });
  } catch (error) {
    stop();
    throw error;
  }
  origins.gateway = `http://${names.guest ?? addresses[1]}:${gateway.port}`;
  origins.bankToken = gateway.token;
  const { kill: killGateway, start: startAgain } = gateway;
  return { ...origins, violations, killGateway, startGateway: startAgain, stop };
}

function listen(address, port, handle) {
  return new Promise((resolve, reject) => {
    const server = createServer((request, response) => {
      Promise.resolve(handle(request, response)).catch((error) => {
        if (!response.headersSent) response.writeHead(500);
        response.end(String(error));
      });
    });
    server.once('error', reject);
    server.listen(port, address, () => resolve(server));
  });
}

/** An origin at which nothing listens. */
async function nowhere() {
  const server = await listen('127.0.0.1', 0, () => {});
  const { port } = server.address();
  await new Promise((closed) => server.close(closed));
  return `http://127.0.0.1:${port}`;
}

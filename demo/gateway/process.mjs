// The gateway's process: it takes the bank's webhooks, keeps them in a file, and tells every page that follows.
import { timingSafeEqual } from 'node:crypto';
import { rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { contract, event, type } from '../../dist/contract/index.js';
import { gateway } from '../../dist/gateway/index.js';
import { listen } from '../../dist/gateway/node.js';
import { sqlite } from '../../dist/log/sqlite.js';
import { refuse, webhook } from '../../dist/sources/webhook.js';

const { file, host, port, page, token } = JSON.parse(process.argv[2]);

/** This bank signs nothing: it shows a token, as some systems do. */
const byToken = {
  verify({ headers }, secrets) {
    const given = Buffer.from(headers.get('x-bank-token') ?? '');
    const known = secrets.map((secret) => Buffer.from(secret));
    if (!known.some((each) => each.length === given.length && timingSafeEqual(each, given)))
      throw refuse('The token is wrong.');
    return { id: headers.get('x-bank-id') ?? crypto.randomUUID() };
  },
};

/** What is paid, in euros. What is no payment becomes a dead letter. */
function payment({ json }) {
  const { invoice, amount } = Object(json());
  if (typeof invoice !== 'string' || !(amount > 0))
    throw new TypeError('A payment has an "invoice" and an "amount" above 0.');
  return { invoice, amount };
}

const bank = gateway({
  contract: contract({
    name: 'acme.bank',
    version: '1.0.0',
    guest: { paid: event(type(), { retain: 'log' }) },
  }),
  sources: { paid: webhook({ path: '/hooks/bank', secret: token, style: byToken, map: payment }) },
  log: sqlite(file),
  auth: false,
  cors: [page],
  beat: 2000, // a demo's: on the network of a real one, every 20 s is enough
});

process.on('SIGINT', () => {}); // Ctrl+C is for whoever started this, which then disconnects
process.on('disconnect', () => {
  rmSync(dirname(file), { recursive: true, force: true });
  process.exit();
});
try {
  await bank.ready;
  const { url } = await listen(bank, { host, port });
  process.send({ port: Number(new URL(url).port) });
} catch ({ code, message, port: taken }) {
  process.send({ error: { code, message, port: taken } });
}

// Gateways and their clients, each in a process of its own.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { after } from 'node:test';
import type { CrowdOrder, Deeds } from '../contracts/crowd.process.js';
import type { Telling } from '../contracts/news.contract.js';
import type { NewsOrder } from '../contracts/news.process.js';
import type { Machine } from './machines.js';

export interface NewsGateway {
  readonly url: string;
  tell(telling: Telling, contract?: string): Promise<number>;
  held(): Promise<{ readonly needed: number; readonly resident: number }>;
  visits(): Promise<Record<string, number>>;
  /** What it counts, by name and labels. */
  metric(name: string): Promise<number>;
  /** Ends it as an operator does. */
  close(): Promise<void>;
  /** Ends it without a word. */
  kill(): Promise<void>;
}

/** @param machine - Where it runs. Default: here. */
export async function newsGateway(order: NewsOrder, machine?: Machine): Promise<NewsGateway> {
  const child = started('news', order, machine);
  const [own] = (await once(child, 'message')) as [string];
  const url = own.replace('0.0.0.0', machine?.seenAt ?? '');
  const call = async (name: string, input?: unknown) => {
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${url}/${name}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(input) ?? null,
    });
    if (!response.ok) throw new Error(await response.text());
    return response.json() as Promise<any>;
  };
  const exited = once(child, 'exit');
  return {
    url,
    tell: (telling, contract = 'test.news') => call(`${contract}/tell`, telling),
    held: () => call('test.news/held'),
    visits: () => call('test.news/visits'),
    async metric(name) {
      const lines = (await (await fetch(`${url}/metrics`)).text()).split('\n');
      return Number(lines.find((line) => line.startsWith(`${name} `))?.slice(name.length) ?? 0);
    },
    async close() {
      child.send('close');
      await exited;
    },
    async kill() {
      child.kill('SIGKILL');
      await exited;
    },
  };
}

export type Crowd = {
  readonly [D in keyof Deeds]: (...args: Parameters<Deeds[D]>) => Promise<Awaited<ReturnType<Deeds[D]>>>;
} & { end(): void };

/** Begins at once. @param machine - Where it runs. Default: here. */
export function crowd(order: CrowdOrder, machine?: Machine): Crowd {
  const child = started('crowd', order, machine);
  const waiting = new Map<number, (result: unknown) => void>();
  child.on('message', ({ id, result }: { id: number; result: unknown }) => {
    waiting.get(id)?.(result);
    waiting.delete(id);
  });
  let asked = 0;
  const ask = (deed: string, args: unknown[]) =>
    new Promise((resolve) => {
      waiting.set(++asked, resolve);
      child.send({ id: asked, deed, args });
    });
  const doing = [
    'up',
    'stale',
    'had',
    'answered',
    'followed',
    'connected',
    'anew',
    'visit',
  ] satisfies (keyof Deeds)[];
  return Object.fromEntries([
    ...doing.map((deed) => [deed, (...args: unknown[]) => ask(deed, args)]),
    ['end', () => child.kill()],
  ]);
}

function started(name: string, order: object, machine: Machine | undefined): ChildProcess {
  const script = new URL(`../contracts/${name}.process.js`, import.meta.url);
  const child = fork(script, [JSON.stringify(order)], machine?.fork);
  after(() => child.kill('SIGKILL'));
  return child;
}

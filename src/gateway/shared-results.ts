import { unpack } from '../bridge/index.js';
import type { Notes } from '../log/log.js';
import { digested } from './digested.js';
import { checkSame, type KeyedCall, packed } from './keyed-call.js';
import { Refusal } from './problem.js';
import { pause } from './retry.js';

/** For how long whoever runs a call may be silent, in ms, until it is taken for gone. */
const term = 10_000;

/** What a note says of a call. */
interface Written {
  readonly input: string;
  readonly claims: string;
  /** `runs` while somebody is at it, `failed` when it may run again, `gone` when nobody knows. */
  readonly state: 'runs' | 'answered' | 'failed' | 'gone';
  /** Makes each writing of one that runs another. */
  readonly beat?: number;
  /** The answer as the bridge writes it; absent where that has no form for it, or it is too long to be shared. */
  readonly answer?: string;
}

/** Longer texts are no notes. */
const longest = 60_000;

/**
 * Answers of keyed calls in a log that several processes share. Who is first leaves a note that it runs the call, and
 * then the answer; the others wait for that. Where the first falls silent, it may have run: nobody runs it again.
 */
export class SharedResults {
  readonly #notes: Notes;
  readonly #signal: AbortSignal;
  readonly #report: (error: unknown) => void;
  readonly #settling = new Set<Promise<void>>();

  /** @param signal - Ends what waits for another process. */
  constructor(notes: Notes, signal: AbortSignal, report: (error: unknown) => void) {
    this.#notes = notes;
    this.#signal = signal;
    this.#report = report;
  }

  /** @throws Refusal, LogError */
  async once(call: KeyedCall, run: () => Promise<unknown>): Promise<unknown> {
    const [key, input, claims] = await Promise.all([call.name, call.input, call.claims].map(digested));
    const its = { input: input as string, claims: claims as string };
    const name = `result/${key}`;
    let version: number | undefined;
    while (version === undefined) {
      const before = await this.#settled(name);
      if (before) {
        checkSame(its, before.its);
        if (before.its.state === 'answered') return answerOf(before.its);
        if (before.its.state === 'gone') throw unknownOutcome();
      }
      version = (await this.#put(name, { ...its, state: 'runs' }, before?.version ?? 0))?.version;
    }
    return this.#run(name, its, version, run);
  }

  /** Resolves when all that has ended here is told to the others. */
  async idle(): Promise<void> {
    await Promise.all(this.#settling);
  }

  /** What became of a call, once nobody is at it; `undefined` where nobody ever was. */
  async #settled(name: string): Promise<{ readonly its: Written; readonly version: number } | undefined> {
    let [seen, since] = [-1, performance.now()];
    for (let wait = 20; ; wait = Math.min(2 * wait, 500)) {
      const note = await this.#notes.get(name);
      if (!note) return;
      const { version } = note;
      const its: Written = JSON.parse(note.value);
      if (its.state !== 'runs') return { its, version };
      if (version !== seen) [seen, since] = [version, performance.now()];
      else if (performance.now() - since > term)
        // Whoever comes later need not wait to hear of it.
        await this.#put(name, { ...its, state: 'gone' }, version);
      if (this.#signal.aborted) throw new Refusal(503, 'closed', 'The gateway is closing. Call again.');
      await pause(wait, this.#signal);
    }
  }

  /** Runs it, and says so again and again while it does. */
  async #run(
    name: string,
    its: Pick<Written, 'input' | 'claims'>,
    first: number,
    run: () => Promise<unknown>,
  ): Promise<unknown> {
    const over = new AbortController();
    let version = first;
    const beating = (async () => {
      for (let beat = 1; ; beat++) {
        await pause(term / 4, over.signal);
        if (over.signal.aborted) return;
        const note = await this.#put(name, { ...its, state: 'runs', beat }, version).catch(this.#report);
        version = note?.version ?? version;
      }
    })();
    const settle = async (how: Pick<Written, 'state' | 'answer'>) => {
      over.abort();
      await beating;
      if (await this.#put(name, { ...its, ...how }, version)) return;
      // Somebody took this process for gone, while it was only busy.
      const note = await this.#notes.get(name);
      await this.#put(name, { ...its, ...how }, note?.version ?? 0);
    };
    /** The call has had its end, whether others hear of it or not. */
    const tell = (how: Pick<Written, 'state' | 'answer'>) => {
      const settling = settle(how).catch(this.#report);
      this.#settling.add(settling);
      return settling.finally(() => this.#settling.delete(settling));
    };
    try {
      const value = await run();
      const answer = written(value);
      await tell({ state: 'answered', ...(answer !== undefined && { answer }) });
      return value;
    } catch (error) {
      await tell({ state: 'failed' });
      throw error;
    }
  }

  #put(name: string, its: Written, version: number): ReturnType<Notes['put']> {
    return this.#notes.put(name, JSON.stringify(its), version);
  }
}

function written(value: unknown): string | undefined {
  const text = packed(value);
  return text !== undefined && JSON.stringify(text).length <= longest ? text : undefined;
}

function answerOf({ answer }: Written): unknown {
  if (answer !== undefined) return unpack(answer);
  throw new Refusal(
    409,
    'unknown-outcome',
    'This call was answered by another process, with what can only be had there: a callback, or more than 60,000 characters. It is not run again.',
  );
}

function unknownOutcome(): Refusal {
  return new Refusal(
    409,
    'unknown-outcome',
    'The process that ran this call ended before it answered. It may have run: look what became of it, and take a new key to call again.',
  );
}

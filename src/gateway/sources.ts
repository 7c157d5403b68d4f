import type { RawMessage } from '../events/raw-message.js';
import type { Source, SourceContext } from '../sources/source.js';
import { bounded } from './body.js';
import { ConfigError } from './config-error.js';
import type { Emitter } from './emitter.js';
import type { GatewayLimits } from './limits.js';
import { Refusal } from './problem.js';
import { pause, waitBefore } from './retry.js';
import type { Served, ServedEvent } from './served.js';

interface Mounted {
  readonly source: Source;
  readonly context: SourceContext;
}

interface SourcesOptions {
  readonly emitter: Emitter;
  readonly limits: GatewayLimits;
  readonly onError: (error: unknown, where: string) => void;
}

/** What feeds events: on paths of their own, or running on their own until the gateway closes. */
export class Sources {
  readonly #options: SourcesOptions;
  readonly #paths = new Map<string, Mounted>();
  readonly #running: Mounted[] = [];
  readonly #stop = new AbortController();
  #runs: Promise<void>[] = [];

  /** @throws ConfigError for two of one path, or one that stands in the way of a contract */
  constructor(all: readonly Served[], options: SourcesOptions) {
    this.#options = options;
    for (const served of all)
      for (const event of served.events.values())
        for (const source of event.sources) this.#add(source, served, event, all);
  }

  /** Runs those that run on their own. */
  start(): void {
    this.#runs = this.#running.map((mounted) => this.#run(mounted));
  }

  /** What answers requests on a source's path; `undefined` where no source has it. */
  at(path: string): ((request: Request) => Promise<Response>) | undefined {
    const mounted = this.#paths.get(path);
    return mounted && ((request) => this.#fetch(mounted, request));
  }

  /** Has a source read once more what it has put aside. */
  async again(name: string, served: Served, event: ServedEvent, raw: RawMessage): Promise<void> {
    const source = event.sources.find((each) => each.name === name);
    if (!source?.again)
      throw new Error(`No source "${name}" could read it again. Have it sent again, or discard it.`);
    await source.again(raw, {
      ...this.#context(source, served, event),
      emit: (given) => this.#options.emitter.fromSource(served, event, given, true),
    });
  }

  /** Resolves when all have ended. */
  async close(): Promise<void> {
    this.#stop.abort();
    await Promise.allSettled(this.#runs);
  }

  #add(source: Source, served: Served, event: ServedEvent, all: readonly Served[]): void {
    const context = this.#context(source, served, event);
    if (source.run) this.#running.push({ source, context });
    if (!source.fetch || source.path === undefined) return;
    const where = `sources.${event.name}.path`;
    if (this.#paths.has(source.path))
      throw new ConfigError(where, `"${source.path}" is another source's already.`);
    const [, first = ''] = source.path.split('/');
    if (all.some(({ contract }) => encodeURIComponent(contract.name) === first) || own.has(first))
      throw new ConfigError(
        where,
        `"/${first}" is the gateway's own. Choose another, such as "/hooks/${event.name}".`,
      );
    this.#paths.set(source.path, { source, context });
  }

  #context(source: Source, served: Served, event: ServedEvent): SourceContext {
    const { emitter, onError } = this.#options;
    return {
      contract: served.contract.name,
      event: event.name,
      signal: this.#stop.signal,
      emit: (given) => emitter.fromSource(served, event, given),
      reject: (raw: RawMessage, reason: string) => emitter.rejected(served, event, raw, reason, source.name),
      report: (error) => onError(error, source.name),
    };
  }

  async #fetch({ source, context }: Mounted, request: Request): Promise<Response> {
    const { methods = ['POST'] } = source;
    if (!methods.includes(request.method))
      throw new Refusal(405, 'method', `Use ${methods.join(' or ')} here.`, {
        headers: { allow: methods.join(', ') },
      });
    return (source.fetch as NonNullable<Source['fetch']>)(
      bounded(request, this.#options.limits.body),
      context,
    );
  }

  async #run({ source, context }: Mounted): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 1; !signal.aborted; attempt++) {
      const start = performance.now();
      try {
        await source.run?.(context);
        return;
      } catch (error) {
        if (signal.aborted) return;
        context.report(error);
      }
      if (performance.now() - start > 60_000) attempt = 1; // it went well for a while
      await pause(waitBefore(attempt, 1000, 60_000), signal);
    }
  }
}

/** First segments of the gateway's own paths. */
const own = new Set(['healthz', 'metrics', 'ws', 'sse']);

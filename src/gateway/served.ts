import type { Contract, EventMember, Member, Method, Stream } from '../contract/index.js';
import type { ServiceRecipe } from '../services/service.js';
import type { Sink } from '../sinks/sink.js';
import type { Source } from '../sources/source.js';
import { ConfigError, checkKeys } from './config-error.js';
import type { AnyPlan } from './options.js';
import { topicOf } from './topics.js';

/** A contract as the gateway serves it: checked, and all of it looked up once. */
export interface Served {
  readonly contract: Contract;
  readonly calls: ReadonlyMap<string, { readonly member: Method | Stream; readonly service: ServiceRecipe }>;
  readonly events: ReadonlyMap<string, ServedEvent>;
}

export interface ServedEvent {
  readonly name: string;
  readonly member: EventMember;
  /** Whose it is: the guest's come from sources, the host's from pages. */
  readonly side: 'host' | 'guest';
  /** Where it stands in the log, if it is kept. */
  readonly topic: string | undefined;
  readonly sources: readonly Source[];
  readonly sinks: readonly Sink[];
}

/** @throws ConfigError that says what doesn't fit, where, and what was meant perhaps */
export function servedFrom(plan: AnyPlan, where: string): Served {
  const { contract } = plan;
  const at = (key: string) => (where ? `${where}.${key}` : key);
  if (typeof contract?.name !== 'string')
    throw new ConfigError(at('contract'), 'it must be a contract, as contract() of oriel/contract gives it.');
  const calls = servicesOf(contract, Object(plan.services), at('services'));
  const fed = perEvent<Source>(Object(plan.sources), contract, ['guest'], at('sources'), checkSource);
  const drained = perEvent<Sink>(Object(plan.sinks), contract, ['guest', 'host'], at('sinks'), checkSink);
  const events = new Map<string, ServedEvent>();
  for (const side of ['guest', 'host'] as const)
    for (const [name, member] of Object.entries(contract[side] ?? {})) {
      if (member.kind !== 'event') continue;
      if (events.has(name) || calls.has(name))
        throw new ConfigError(
          at('contract'),
          `"${contract.name}" has "${name}" on both sides, and an address can only mean one.`,
        );
      const topic = member.retain === 'log' ? topicOf(contract.name, name) : undefined;
      if (topic && topic.length > 150)
        throw new ConfigError(
          at('contract'),
          `the names of "${contract.name}" and "${name}" are too long for a log.`,
        );
      const sinks = drained.get(name) ?? [];
      if (sinks.length && !topic)
        throw new ConfigError(
          at(`sinks.${name}`),
          `a sink reads from the log: write event(…, { retain: 'log' }) in the contract.`,
        );
      events.set(name, { name, member, side, topic, sources: fed.get(name) ?? [], sinks });
    }
  return { contract, calls, events };
}

function servicesOf(contract: Contract, given: Record<string, unknown>, where: string): Served['calls'] {
  const members = Object.entries(contract.guest ?? {}).filter(isCall);
  checkKeys(given, names(members), where, `method or stream of "${contract.name}"`);
  return new Map(
    members.map(([name, member]) => {
      const service = given[name];
      if (typeof service !== 'function')
        throw new ConfigError(
          `${where}.${name}`,
          `the ${member.kind} "${name}" of "${contract.name}" needs a service: a function, or a recipe.`,
        );
      return [name, { member, service: service as ServiceRecipe }];
    }),
  );
}

/** The sources or sinks by the event that they stand at. */
function perEvent<T>(
  given: Record<string, T | readonly T[] | undefined>,
  contract: Contract,
  sides: readonly ('guest' | 'host')[],
  where: string,
  check: (one: T, where: string) => void,
): Map<string, readonly T[]> {
  const members = sides.flatMap((side) => Object.entries(contract[side] ?? {}));
  const known = names(members.filter(([, { kind }]) => kind === 'event'));
  checkKeys(given, known, where, `event of "${contract.name}"`);
  return new Map(
    Object.entries(given).map(([name, one]) => {
      const all = (Array.isArray(one) ? one : one === undefined ? [] : [one]) as readonly T[];
      all.forEach((each, i) => {
        check(each, Array.isArray(one) ? `${where}.${name}[${i}]` : `${where}.${name}`);
      });
      return [name, all];
    }),
  );
}

function checkSource(source: Source, where: string): void {
  const { name, path, fetch, run } = Object(source) as Partial<Source>;
  if (typeof name !== 'string' || (typeof fetch !== 'function' && typeof run !== 'function'))
    throw new ConfigError(where, 'it must be a source, such as webhook() of oriel/sources/webhook gives.');
  if (fetch && (typeof path !== 'string' || !/^\/[^?#]*[^?#/]$/.test(path)))
    throw new ConfigError(`${where}.path`, `it must be a path such as "/hooks/bank", not "${path}".`);
}

function checkSink(sink: Sink, where: string): void {
  const { name, deliver } = Object(sink) as Partial<Sink>;
  if (typeof name !== 'string' || typeof deliver !== 'function')
    throw new ConfigError(where, 'it must be a sink, such as webhook() of oriel/sinks/webhook gives.');
}

const isCall = (entry: [string, Member]): entry is [string, Method | Stream] => entry[1].kind !== 'event';
const names = (entries: readonly (readonly [string, unknown])[]): string[] => entries.map(([name]) => name);

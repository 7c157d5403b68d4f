/** Sums by label, such as `{ contract: 'acme.ticket', outcome: 'ok' }`. */
type Labels = Readonly<Record<string, string>>;

interface Family {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: Map<string, number>;
}

/** Upper bounds of a histogram of durations, in seconds. */
const bounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts what happens, and tells it in the text format of Prometheus, 0.0.4. Labels are the gateway's own words. */
export class Meter {
  readonly #families = new Map<string, Family>();
  readonly #read = new Map<string, () => number>();

  /** One more of what only grows. */
  count(name: string, help: string, labels: Labels = {}, by = 1): void {
    add(this.#family(name, 'counter', help), name, labels, by);
  }

  /** One more, or less, of what there is now. */
  move(name: string, help: string, by: number, labels: Labels = {}): void {
    add(this.#family(name, 'gauge', help), name, labels, by);
  }

  /** What there is now is asked for when somebody wants to know. */
  gauge(name: string, help: string, read: () => number): void {
    this.#family(name, 'gauge', help);
    this.#read.set(name, read);
  }

  /** How long something took, in seconds. */
  time(name: string, help: string, seconds: number, labels: Labels = {}): void {
    const family = this.#family(name, 'histogram', help);
    for (const bound of bounds)
      add(family, `${name}_bucket`, { ...labels, le: String(bound) }, seconds <= bound ? 1 : 0);
    add(family, `${name}_bucket`, { ...labels, le: '+Inf' }, 1);
    add(family, `${name}_sum`, labels, seconds);
    add(family, `${name}_count`, labels, 1);
  }

  text(): string {
    for (const [name, read] of this.#read) this.#families.get(name)?.samples.set(name, read());
    return [...this.#families]
      .map(([name, { type, help, samples }]) =>
        [
          `# HELP ${name} ${help}`,
          `# TYPE ${name} ${type}`,
          ...[...samples].map(([sample, value]) => `${sample} ${value}`),
          '',
        ].join('\n'),
      )
      .join('');
  }

  #family(name: string, type: Family['type'], help: string): Family {
    const family = this.#families.get(name) ?? { type, help, samples: new Map() };
    this.#families.set(name, family);
    return family;
  }
}

function add({ samples }: Family, name: string, labels: Labels, by: number): void {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}="${escaped(value)}"`);
  const sample = pairs.length ? `${name}{${pairs.join(',')}}` : name;
  samples.set(sample, (samples.get(sample) ?? 0) + by);
}

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

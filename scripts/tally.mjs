// What node:test reports, counted: how many tests passed, and how long each file took. Also a reporter that writes it down.
import { basename, resolve } from 'node:path';

export class Tally {
  #sums = {};
  #files = [];

  add({ type, data }) {
    const { file, name, nesting, message, details } = data;
    if (nesting !== 0) return;
    if (type === 'test:diagnostic') {
      const [, kind, count] = /^(pass|fail|cancelled) (\d+)$/.exec(message) ?? [];
      if (kind) this.#sums[kind] = Number(count); // node:test's own summary
    } else if (type === 'test:complete' && file && resolve(name) === file) {
      this.#files.push({ file: basename(file), seconds: details.duration_ms / 1000 }); // the file itself is a test too
    }
  }

  /** A run that counted nothing is no pass. */
  get result() {
    const { pass = 0, fail = 0, cancelled = 0 } = this.#sums;
    const failed = fail + cancelled;
    return { passed: pass, failed: pass || failed ? failed : 1, files: this.#files };
  }
}

export default async function* report(events) {
  const tally = new Tally();
  for await (const event of events) tally.add(event);
  yield JSON.stringify(tally.result);
}

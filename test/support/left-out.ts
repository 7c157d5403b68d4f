import type { TestContext } from 'node:test';

/** Skips a test aloud: in the report, and on a line of its own that is easy to find. */
export function leftOut(t: TestContext, why: string): void {
  say(t.name, why);
  t.skip(why);
}

/** The same for a test in a browser, which ends here: `leftOutHere(this, …)`. */
export function leftOutHere(context: Mocha.Context, why: string): never {
  say(context.test?.fullTitle(), why);
  return context.skip();
}

function say(name: string | undefined, why: string): void {
  console.log(`LEFT OUT: ${name}: ${why}.`);
}

import { OrielError } from '../contract/index.js';

let resumes: boolean | undefined;

/** Where a call is made. V8 finds its way back to it when the call is awaited, so nothing is kept for it there. */
export function callSite(): Error | undefined {
  resumes ??= /^Error/.test(String(new Error().stack));
  return resumes ? undefined : new Error();
}

/** Shows in an error of the kit's where the call was made, and then what the other side's debug mode told. */
export function place(error: unknown, site: Error = new Error()): unknown {
  if (!site.stack || !(error instanceof OrielError)) return error;
  // V8 begins a stack with the error itself, others with the first frame.
  const frames = site.stack.replace(/^Error.*\n/, `${error.name}: ${error.message}\n`);
  const { remoteStack } = error as { remoteStack?: string };
  const value = remoteStack ? `${frames}\nThe other side:\n${remoteStack}` : frames;
  Object.defineProperty(error, 'stack', { value, configurable: true, writable: true });
  return error;
}

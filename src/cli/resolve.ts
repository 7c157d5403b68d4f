import * as module from 'node:module';
import { packageJson } from './package.js';

/** What a module is looked up for, and with. */
interface Context {
  readonly parentURL?: string | undefined;
}
type Next<R> = (specifier: string, context: Context) => R;

/** `module.registerHooks`, which Node 20 lacks. */
interface Hooks {
  registerHooks?(hooks: { resolve<R>(specifier: string, context: Context, next: Next<R>): R }): unknown;
}

/** This package's own place: what it brings is found from here. */
const own = import.meta.url;

/** Whether a module is of this package, or of those that it brings along. */
export function isOurs(specifier: string): boolean {
  const [scope = '', name] = specifier.split('/');
  return packages().has(scope.startsWith('@') ? `${scope}/${name}` : scope);
}

/** Where it is looked for once more. */
export const context: Context = { parentURL: own };

/** Lets a config in any folder import `oriel`, and what it brings along, without installing them there. */
export function resolveFromHere(): void {
  const { registerHooks } = module as Hooks;
  if (!registerHooks) return module.register('./resolve-hooks.js', own);
  registerHooks({
    resolve(specifier, its, next) {
      try {
        return next(specifier, its);
      } catch (error) {
        if (!isMissing(error) || !isOurs(specifier)) throw error;
        return next(specifier, { ...its, ...context });
      }
    },
  });
}

export function isMissing(error: unknown): boolean {
  return Object(error).code === 'ERR_MODULE_NOT_FOUND' || Object(error).code === 'MODULE_NOT_FOUND';
}

let names: Set<string> | undefined;
function packages(): Set<string> {
  if (names) return names;
  const { name, dependencies, optionalDependencies, peerDependencies } = packageJson('package.json');
  return (names = new Set([
    String(name),
    ...[dependencies, optionalDependencies, peerDependencies].flatMap((all) => Object.keys(all ?? {})),
  ]));
}

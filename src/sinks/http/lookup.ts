import { lookup as resolve } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Undeliverable } from '../sink.js';
import type { Target } from './target.js';

/**
 * Resolves a target's name, and refuses it if any of its addresses may not be reached. The socket connects to what this
 * gives and asks no second time, so an answer that changes in between (DNS rebinding) changes nothing.
 */
export function guardedLookup(target: Target): LookupFunction {
  return (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, []);
      const refused = addresses.find(({ address }) => !target.permits(address));
      if (refused) return done(notPublic(hostname, refused.address), []);
      const [first] = addresses;
      if (!first) return done(new Error(`${hostname} has no address.`), []);
      if (options.all) done(null, addresses);
      else done(null, first.address, first.family);
    });
  };
}

const notPublic = (hostname: string, address: string): Undeliverable =>
  new Undeliverable(
    `${hostname} leads to ${address}, which is not a public address. Name it in "allow" if it is meant.`,
  );

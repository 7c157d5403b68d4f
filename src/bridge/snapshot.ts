import type { Limits } from './limits.js';
import { isStreamable } from './outgoing.js';
import { Walk } from './walk.js';

/** A copy of what is sent later: its owner may change it in the meantime. Functions and streams stay what they are. */
export function snapshot<T>(value: T, member: string, limits: Limits, moved?: readonly unknown[]): T {
  return new Snapshot(member, limits, { moved }).visit(value) as T;
}

/** The same, and whether there is a stream in it, which can be read once. */
export function snapshotOnce<T>(value: T, member: string, limits: Limits): { copy: T; once: boolean } {
  const walk = new Snapshot(member, limits);
  return { copy: walk.visit(value) as T, once: walk.streams };
}

class Snapshot extends Walk {
  streams = false;

  protected swap(value: object): unknown {
    const streams = isStreamable(value);
    this.streams ||= streams;
    return typeof value === 'function' || streams ? value : undefined;
  }
}

/**
 * Lets peer and raw take turns, in random order, so that both meet the same machine.
 * @returns the peer's values and raw's; `undefined` ones are left out.
 */
export async function inTurn(pair, times, run) {
  const values = { peer: [], raw: [] };
  for (let i = 0; i <= times; i++) {
    const turn = Math.random() < 0.5 ? ['peer', 'raw'] : ['raw', 'peer'];
    for (const who of turn) {
      const value = await run(pair[who], i === 0);
      if (i > 0 && value !== undefined) values[who].push(value);
    }
  }
  return values;
}

export const middle = ({ peer, raw }) => ({ peer: middleHalf(peer), raw: middleHalf(raw) });

/** The mean of the middle half: as steady as a median, and finer than a clock that counts whole milliseconds. */
function middleHalf(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const quarter = Math.floor(sorted.length / 4);
  const kept = sorted.slice(quarter, sorted.length - quarter);
  return kept.reduce((sum, value) => sum + value, 0) / kept.length;
}

/** Fails by name, so that a peer which never answers does not stop the run. */
export function within(ms, step, promise) {
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`${step}: not done within ${ms} ms`)), ms);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export const pause = (ms) => new Promise((go) => setTimeout(go, ms));

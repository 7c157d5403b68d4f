// What random tests are told from outside, in Node and in a page alike.
interface Told {
  SEED?: string;
  RUNS?: string;
}

const { process, __random } = globalThis as unknown as { process?: { env: Told }; __random?: Told };
const { SEED, RUNS } = process?.env ?? __random ?? {};

/** Anew each run, or what `SEED` says. It is printed, to run the same again. */
export const seed = Number(SEED || Math.floor(Math.random() * 2 ** 31));
console.log(`SEED=${seed}`);

/** How many runs a property has, unless `RUNS` says otherwise. */
export const runsOr = (usual: number): number => Number(RUNS || usual);

/** Groups that vectors lie in, as pictures of one kind do. */
const groups = 500;
/** Length of what a vector has of its own, beside its group's direction of length 1: cosines within a group are about 0.6. */
const ownLength = 0.8;

/** Numbers of 0..1 that are the same on every run. @source Tommy Ettinger, mulberry32 */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function createDirection(dimensions: number, random: () => number): Float32Array {
  // Sums of uniform numbers are near enough to normal ones, and those point everywhere alike.
  const values = Float32Array.from({ length: dimensions }, () => random() + random() + random() - 1.5);
  const length = Math.hypot(...values);
  return values.map((value) => value / length);
}

/**
 * Gives vectors of length 1 in groups, one after the other.
 * @param seed of the groups: sources of one seed have the same ones
 * @param own seed of the vectors themselves. Default the groups'
 */
export function createVectorSource(dimensions: number, seed: number, own = seed): () => Float32Array {
  const ofGroups = createRandom(seed);
  const centres = Array.from({ length: groups }, () => createDirection(dimensions, ofGroups));
  const random = createRandom(own * 104_729 + 1);
  return () => {
    const centre = centres[Math.floor(random() * groups)] ?? new Float32Array(dimensions);
    const noise = createDirection(dimensions, random);
    const values = centre.map((value, index) => value + ownLength * (noise[index] ?? 0));
    const length = Math.hypot(...values);
    return values.map((value) => value / length);
  };
}

/** The high half of the 64-bit product of two unsigned 32-bit numbers. */
function multiplyHigh(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + ((aLow * bLow) >>> 16);
  const carry = aLow * bHigh + (middle & 0xffff);
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(carry / 0x10000)) >>> 0;
}

const [multiplierA, multiplierB, weylA, weylB] = [0xd2511f53, 0xcd9e8d57, 0x9e3779b9, 0xbb67ae85];
const rounds = 10;

/**
 * Philox4x32-10: four random 32-bit numbers that depend on nothing but a counter and a key. Random numbers of an answer
 * can so be had for any step, whatever is drawn beside it.
 * @source Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", 2011
 */
export function philox(
  counter: readonly [number, number, number, number],
  key: readonly [number, number],
): [number, number, number, number] {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < rounds; round += 1) {
    const [highA, lowA] = [multiplyHigh(multiplierA, c0 >>> 0), Math.imul(multiplierA, c0) >>> 0];
    const [highB, lowB] = [multiplyHigh(multiplierB, c2 >>> 0), Math.imul(multiplierB, c2) >>> 0];
    [c0, c1, c2, c3] = [(highB ^ c1 ^ k0) >>> 0, lowB, (highA ^ c3 ^ k1) >>> 0, lowA];
    k0 = (k0 + weylA) >>> 0;
    k1 = (k1 + weylB) >>> 0;
  }
  return [c0 >>> 0, c1 >>> 0, c2 >>> 0, c3 >>> 0];
}

/**
 * A uniform random number for a step of an answer.
 * @param seed any whole number that a double holds exactly
 * @returns in [0, 1), 53 random bits
 */
export function uniformAt(seed: number, answer: number, step: number): number {
  const low = seed >>> 0;
  const high = Math.floor(seed / 0x100000000) >>> 0;
  const [a, b] = philox([step >>> 0, answer >>> 0, 0, 0], [low, high]);
  return ((a >>> 5) * 0x4000000 + (b >>> 6)) / 0x20000000000000;
}

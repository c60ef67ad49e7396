/** What tells pictures apart that look alike; see worker/hash-picture.ts for how it is made. */
export interface PictureLook {
  /** 16 hexadecimal digits: whether each of 8 x 8 fields of the grey picture is brighter than the one to its right. */
  perceptualHash: string;
  /** 24 hexadecimal digits: red, green and blue of the four quarters. */
  colorHash: string;
}

/** How much two pictures may differ and be taken for one. */
export interface SameLookOptions {
  /**
   * Bits of 64, default 12: of the sample catalogue's 40 materials, copies at a third of the size differ in up to 12 (a linen), most in 0 to
   * 3; pictures of other materials that have the same colours in 24 and more.
   */
  maxBits?: number | undefined;
  /** Of 255, in every quarter and channel, default 10: copies differ in up to 4; a catalogue shows the same tile in blue and in green. */
  maxColorDifference?: number | undefined;
}

/** Bits in which two hashes differ, 0 to 64. */
export function hammingDistance(one: string, other: string): number {
  let bits = BigInt(`0x${one}`) ^ BigInt(`0x${other}`);
  let count = 0;
  for (; bits > 0n; bits &= bits - 1n) count += 1;
  return count;
}

/** Whether two pictures show the same, however they were scaled and encoded. */
export function looksTheSame(one: PictureLook, other: PictureLook, options: SameLookOptions = {}): boolean {
  const { maxBits = 12, maxColorDifference = 10 } = options;
  return (
    colorDifference(one.colorHash, other.colorHash) <= maxColorDifference &&
    hammingDistance(one.perceptualHash, other.perceptualHash) <= maxBits
  );
}

function colorDifference(one: string, other: string): number {
  const [a, b] = [Buffer.from(one, "hex"), Buffer.from(other, "hex")];
  return a.reduce((largest, value, at) => Math.max(largest, Math.abs(value - (b[at] ?? 0))), 0);
}

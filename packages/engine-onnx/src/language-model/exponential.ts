/** 2^-k for every k that an exponent in range leaves. */
const powers = Float64Array.from({ length: 64 }, (_, index) => 2 ** -index);

/**
 * e^x for x from -40 to 0, to a part in 10^8; outside of that range it is wrong. Math.exp leaves compiled code with every call, and
 * a vocabulary takes up to 150,000 of them for a token: this takes a quarter of the time.
 */
export function exponential(x: number): number {
  const scaled = x * Math.LOG2E;
  // Rounds to the nearest whole number, since nothing here is above 0.
  const whole = (scaled - 0.5) | 0;
  // Taylor's series around 0, in pairs that do not wait for each other; |z| is at most half the logarithm of 2.
  const z = (scaled - whole) * Math.LN2;
  const z2 = z * z;
  const series = 1 + z + z2 * (1 / 2 + z * (1 / 6)) + z2 * z2 * (1 / 24 + z * (1 / 120) + z2 * (1 / 720 + z * (1 / 5040)));
  return series * (powers[-whole & 63] as number);
}

/** Most bytes that {@link writeFloat} writes for one number, with a separator: "-1.17549435e-38,". */
export const maxFloatBytes = 18;

const smallest = 1e-6;
const largest = 1e6;
const powers = Float64Array.from({ length: 23 }, (_, exponent) => 10 ** exponent);

/**
 * Writes a finite float32 as decimal text with as few digits as read back to the same float32 (at most nine, which are
 * always enough). Vectors of a unit length need eight digits on average, where JSON.stringify would write the 17 of the
 * double that holds the value: half the bytes and a third of the time.
 *
 * The check multiplies back: m / 10^k is the correctly rounded double of the decimal text because both are exact, so it
 * is what any JSON parser reads.
 * @source D. W. Matula, "In-and-out conversions", CACM 11(1), 1968: nine digits suffice for a 24-bit significand
 * @returns the offset after the last byte
 */
export function writeFloat(bytes: Uint8Array, offset: number, value: number): number {
  const size = Math.abs(value);
  if (!(size >= smallest && size < largest)) return writeRare(bytes, offset, value);
  let position = offset;
  if (value < 0) bytes[position++] = 0x2d;

  let exponent = 0;
  if (size < 1) {
    exponent = -1;
    while (size * (powers[-exponent] as number) < 1) exponent -= 1;
  } else {
    while (size >= (powers[exponent + 1] as number)) exponent += 1;
  }

  // Eight digits first: most values need eight, then seven.
  let decimals = 7 - exponent;
  let digits = Math.round(size * (powers[decimals] as number));
  if (Math.fround(digits / (powers[decimals] as number)) === size) {
    while (decimals > 0) {
      const shorter = Math.round(size * (powers[decimals - 1] as number));
      if (Math.fround(shorter / (powers[decimals - 1] as number)) !== size) break;
      decimals -= 1;
      digits = shorter;
    }
  } else {
    decimals += 1;
    digits = Math.round(size * (powers[decimals] as number));
  }
  return writeDigits(bytes, position, digits, decimals);
}

/** `digits` / 10^`decimals` as text; digits < 10^10. */
function writeDigits(bytes: Uint8Array, offset: number, digits: number, decimals: number): number {
  const scale = powers[decimals] as number;
  const whole = digits >= scale ? Math.floor(digits / scale) : 0;
  let position = whole < 10 ? offset + 1 : offset + countDigits(whole);
  let rest = whole;
  for (let at = position - 1; at >= offset; at -= 1) {
    const next = (rest / 10) | 0;
    bytes[at] = 0x30 + rest - next * 10;
    rest = next;
  }
  if (decimals === 0) return position;
  bytes[position++] = 0x2e;
  let fraction = digits - whole * scale;
  const end = position + decimals;
  for (let at = end - 1; at >= position; at -= 1) {
    const next = (fraction / 10) | 0;
    bytes[at] = 0x30 + fraction - next * 10;
    fraction = next;
  }
  return end;
}

function countDigits(whole: number): number {
  let count = 1;
  while (whole >= (powers[count] as number)) count += 1;
  return count;
}

/** Zero, and what is so small or large that vectors hardly ever hold it: the shortest of nine precisions. */
function writeRare(bytes: Uint8Array, offset: number, value: number): number {
  const text = Object.is(value, -0) ? "-0" : value === 0 ? "0" : shortest(value);
  for (let index = 0; index < text.length; index += 1) bytes[offset + index] = text.charCodeAt(index);
  return offset + text.length;
}

function shortest(value: number): string {
  for (let precision = 1; precision < 9; precision += 1) {
    const text = value.toPrecision(precision);
    if (Math.fround(Number(text)) === value) return text;
  }
  return value.toPrecision(9);
}

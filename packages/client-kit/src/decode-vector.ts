/**
 * A vector as it travels: little-endian float32 in base64, or a list of numbers.
 * @returns undefined when it is neither, has another length, or holds a number that is not finite
 */
export function decodeVector(value: string | readonly number[], dimensions: number): Float32Array | undefined {
  const vector = typeof value === "string" ? fromBase64(value, dimensions) : Float32Array.from(value);
  return vector?.length === dimensions && vector.every(Number.isFinite) ? vector : undefined;
}

function fromBase64(text: string, dimensions: number): Float32Array | undefined {
  // Checked before it is decoded: a wrong length is refused without work.
  if (text.length !== 4 * Math.ceil((dimensions * 4) / 3)) return undefined;
  const bytes = toBytes(text);
  if (bytes?.length !== dimensions * 4) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  return Float32Array.from({ length: dimensions }, (_, index) => view.getFloat32(index * 4, true));
}

function toBytes(base64: string): Uint8Array | undefined {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}

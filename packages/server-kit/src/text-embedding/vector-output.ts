import { CodedError } from "@repo/contracts/coded-error";
import type { VectorOutput } from "@repo/contracts/output-types";
import type { JsonPiece } from "./json-writer.ts";

const largestInt8 = 127;

/** How a vector is written in an answer: the vector itself for plain floats, without a copy. */
export function toVectorPiece(vector: Float32Array, { type, isBase64 }: VectorOutput): JsonPiece {
  const values = type === "float" ? vector : type === "int8" ? toInt8(vector) : toBits(vector, type);
  return isBase64 ? { base64: values } : values;
}

/**
 * The factor that turns a vector's int8 numbers back into it: x = int8 * scale. 0 for a vector of zeros.
 * @throws CodedError inference_failed when a number is not finite
 */
export function int8Scale(vector: Float32Array): number {
  let largest = 0;
  for (const value of vector) largest = Math.max(largest, Math.abs(value));
  if (!Number.isFinite(largest)) throw new CodedError("inference_failed", "The model answered with a number that is not finite.");
  return largest / largestInt8;
}

/**
 * Symmetric eight-bit numbers with one scale per vector: the largest becomes 127 or -127. See output-types.ts.
 * @throws CodedError inference_failed when a number is not finite
 */
export function toInt8(vector: Float32Array): Int8Array {
  const scale = int8Scale(vector);
  return Int8Array.from(vector, (value) => (scale === 0 ? 0 : Math.round(value / scale)));
}

/** Sign bits, eight to a byte, first number in the highest bit. See output-types.ts. */
export function toBits(vector: Float32Array, type: "binary" | "ubinary"): Int8Array | Uint8Array {
  const bytes = new Uint8Array(Math.ceil(vector.length / 8));
  for (const [index, value] of vector.entries()) {
    if (value > 0) bytes[index >> 3] = (bytes[index >> 3] as number) | (0x80 >> (index & 7));
  }
  return type === "ubinary" ? bytes : Int8Array.from(bytes, (byte) => byte - 128);
}

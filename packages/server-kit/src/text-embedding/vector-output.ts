import { CodedError } from "@repo/contracts/coded-error";
import { int8Scale, type VectorOutput } from "@repo/contracts/output-types";
import type { AdaptedTexts } from "./run-embedding.ts";
import type { JsonPiece } from "./json-writer.ts";

const largestInt8 = 127;

/** What of an answer says how its vectors are written. */
type Written = Pick<AdaptedTexts, "ownDimensions" | "identity">;

/** How the vectors of an answer are written: plain floats as they are, without a copy. */
export function createVectorWriter({ type, isBase64 }: VectorOutput, result: Written): (vector: Float32Array) => JsonPiece {
  const scale = toScale(result);
  return (vector) => {
    const values = type === "float" ? vector : type === "int8" ? toInt8(vector, scale) : toBits(vector, type);
    return isBase64 ? { base64: values } : values;
  };
}

/** The factor that turns the int8 numbers of an answer into those of its vectors. Zeros that fill a vector up do not count. */
export function toScale({ ownDimensions, identity }: Written): number {
  return int8Scale(Math.min(ownDimensions ?? Infinity, identity.dimensions));
}

/**
 * Eight-bit numbers of a vector of length 1: x / scale rounded, at most 127 either way. See output-types.ts.
 * @throws CodedError inference_failed when a number is not finite
 */
export function toInt8(vector: Float32Array, scale: number): Int8Array {
  return Int8Array.from(vector, (value) => {
    if (!Number.isFinite(value)) throw new CodedError("inference_failed", "The model answered with a number that is not finite.");
    return Math.max(-largestInt8, Math.min(largestInt8, Math.round(value / scale)));
  });
}

/** Sign bits, eight to a byte, first number in the highest bit. See output-types.ts. */
export function toBits(vector: Float32Array, type: "binary" | "ubinary"): Int8Array | Uint8Array {
  const bytes = new Uint8Array(Math.ceil(vector.length / 8));
  for (const [index, value] of vector.entries()) {
    if (value > 0) bytes[index >> 3] = (bytes[index >> 3] as number) | (0x80 >> (index & 7));
  }
  return type === "ubinary" ? bytes : Int8Array.from(bytes, (byte) => byte - 128);
}

import { setImmediate as nextTurn } from "node:timers/promises";
import { CodedError } from "@repo/contracts/coded-error";
import { EncodedJson } from "../encoded-json.ts";
import { maxFloatBytes, writeFloat } from "./write-float.ts";

/** Numbers of a vector. */
export type VectorNumbers = Float32Array | Int8Array | Uint8Array;

/** A vector that is written as a base64 string of its bytes (float32: little-endian). */
export interface Base64Vector {
  base64: VectorNumbers;
}

/** What {@link encodeJson} writes: JSON text as it is, a vector as a list of numbers, or a vector as base64. */
export type JsonPiece = string | VectorNumbers | Base64Vector;

/** A vector of 384 numbers is 4.5 kB of text: most answers fit a first block of this size and a second one. */
const firstBlockBytes = 1024;
const blockBytes = 64 * 1024;

/** Numbers written before other work gets its turn: about 1.5 ms. */
const valuesPerSlice = 20_000;

/**
 * Writes an answer with vectors in it, in slices, so that a large one never holds the event loop.
 * @throws CodedError inference_failed when a number is not finite, which JSON cannot say
 */
export async function encodeJson(pieces: Iterable<JsonPiece>): Promise<EncodedJson> {
  const writer = new JsonWriter();
  let values = 0;
  for (const piece of pieces) {
    values += writer.write(piece);
    if (values > valuesPerSlice) {
      values = 0;
      await nextTurn();
    }
  }
  return new EncodedJson(writer.finish());
}

class JsonWriter {
  readonly #parts: Uint8Array[] = [];
  #block = Buffer.allocUnsafe(firstBlockBytes);
  #length = 0;

  /** Returns a measure of the work done, in numbers written. */
  write(piece: JsonPiece): number {
    if (typeof piece === "string") return this.#writeText(piece);
    if (piece instanceof Float32Array) return this.#writeVector(piece);
    if (ArrayBuffer.isView(piece)) return this.#writeText(`[${piece.join(",")}]`);
    const { buffer, byteOffset, byteLength } = piece.base64;
    return this.#writeText(`"${Buffer.from(buffer, byteOffset, byteLength).toString("base64")}"`);
  }

  finish(): Uint8Array[] {
    this.#parts.push(this.#block.subarray(0, this.#length));
    return this.#parts;
  }

  #writeText(text: string): number {
    // A UTF-16 unit takes at most three bytes of UTF-8.
    this.#reserve(text.length * 3);
    this.#length += this.#block.write(text, this.#length, "utf8");
    return text.length >> 3;
  }

  #writeVector(vector: Float32Array): number {
    this.#reserve(vector.length * maxFloatBytes + 2);
    const block = this.#block;
    let offset = this.#length;
    block[offset++] = 0x5b;
    for (let index = 0; index < vector.length; index += 1) {
      if (index > 0) block[offset++] = 0x2c;
      const value = vector[index] as number;
      if (!Number.isFinite(value)) throw new CodedError("inference_failed", "The model answered with a number that is not finite.");
      offset = writeFloat(block, offset, value);
    }
    block[offset++] = 0x5d;
    this.#length = offset;
    return vector.length;
  }

  #reserve(bytes: number): void {
    if (this.#length + bytes <= this.#block.length) return;
    this.#parts.push(this.#block.subarray(0, this.#length));
    this.#block = Buffer.allocUnsafe(Math.max(Math.min(blockBytes, this.#block.length * 8), bytes));
    this.#length = 0;
  }
}

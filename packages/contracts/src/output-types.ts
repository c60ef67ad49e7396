/** Types of numbers that a vector may travel as. */
import { z } from "zod";
import { CodedError } from "./coded-error.ts";

/**
 * - `float`: float32.
 * - `int8`: x / {@link int8Scale} rounded, at most 127 either way, of vectors of length 1. One scale for all vectors of a
 *   length, so that cosines, dot products and distances all stay (docs/decisions/2026-11-21-one-scale-for-int8-vectors.md).
 * - `ubinary`: one bit per number, 1 where it is above zero, eight to a byte, first number in the highest bit, as
 *   numpy.packbits; a last byte is filled with zeros. Compared by Hamming distance.
 * - `binary`: the same bytes minus 128, as int8.
 * @source sentence-transformers, util/quantization.py quantize_embeddings (binary, ubinary); Voyage AI, API reference
 *   (output_dtype); Cohere, API reference (embedding_types)
 */
export const outputTypes = ["float", "int8", "binary", "ubinary"] as const;

/** One of {@link outputTypes}. */
export type OutputType = (typeof outputTypes)[number];

/** Times the average size of a number that int8 reaches: measured, see the decision named above. */
const int8Reach = 12;

/**
 * The factor that turns int8 numbers back into a vector of length 1 with so many dimensions: 127 stands for twelve times
 * the size 1/sqrt(dimensions) that its numbers have on average; what is larger is cut.
 */
export function int8Scale(dimensions: number): number {
  return int8Reach / (127 * Math.sqrt(dimensions));
}

/** Fields of a request that say how vectors are written; {@link toOutput} reads them. */
export const outputFields = {
  encoding_format: z
    .enum(["float", "base64"])
    .nullish()
    .describe("float (default): a list of numbers. base64: the bytes of the output type; float32 is little-endian."),
  output_type: z
    .enum(outputTypes)
    .nullish()
    .describe(
      "float (default). int8: round(x * 127 * sqrt(dimensions) / 12), cut at 127 either way, for any distance. ubinary: the sign bits packed " +
        "eight to a byte as numpy.packbits, for Hamming distance. binary: those bytes minus 128, as int8.",
    ),
  output_dtype: z.enum(outputTypes).nullish().describe("Voyage's name for output_type."),
  embedding_type: z
    .enum([...outputTypes, "base64"])
    .nullish()
    .describe("Jina's name for output_type; base64 is float with encoding_format base64."),
};

/** {@link outputFields} as they come out of a schema. */
export type OutputFields = { [Field in keyof typeof outputFields]?: z.output<(typeof outputFields)[Field]> };

const typeFields = ["output_type", "output_dtype", "embedding_type"] as const;

/** How a request wants its vectors written. */
export interface VectorOutput {
  type: OutputType;
  isBase64: boolean;
}

/**
 * See {@link VectorOutput}.
 * @throws CodedError invalid_request when two fields name different types
 */
export function toOutput(body: OutputFields): VectorOutput {
  const [first, ...rest] = typeFields.filter((field) => body[field]);
  const type = toType(first && body[first]);
  const other = rest.find((field) => toType(body[field]) !== type);
  if (first !== undefined && other !== undefined) {
    throw new CodedError(
      "invalid_request",
      `${first} is ${String(body[first])} and ${other} is ${String(body[other])}: send one of the two.`,
      {
        details: { field: other },
      },
    );
  }
  return { type, isBase64: body.encoding_format === "base64" || body.embedding_type === "base64" };
}

function toType(name: OutputType | "base64" | null | undefined): OutputType {
  return name === "base64" ? "float" : (name ?? "float");
}

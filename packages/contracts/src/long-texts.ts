/** What happens to a text that is longer than the model reads. */
import { z } from "zod";
import { CodedError } from "./coded-error.ts";

/** Ways to treat an over-long text: cut it, refuse it, or embed it in pieces and average those. */
export const longTextPolicies = ["truncate", "refuse", "chunk"] as const;

/** One of {@link longTextPolicies}. */
export type LongTextPolicy = (typeof longTextPolicies)[number];

/** Most pieces that one text is embedded in; of 512 tokens each, about 60 pages. */
export const maxChunksPerText = 64;

/**
 * Part of a piece that the next one repeats. A piece ends where the tokens do, in the middle of a sentence or a word;
 * what stands at the border is whole in one of the two when they share an eighth: 64 of 512 tokens, two or three sentences.
 */
const overlapShare = 1 / 8;

/** Fields of a request that say what is done with over-long texts; {@link toLongText} reads them. */
export const longTextFields = {
  truncate: z
    .boolean()
    .nullish()
    .describe("true: over-long inputs need not be refused. false: they are (input_too_long), unless long_text says chunk."),
  long_text: z
    .enum(longTextPolicies)
    .nullish()
    .describe(
      "What is done with inputs over the model's limit. truncate: cut. refuse: input_too_long. chunk: embedded in overlapping pieces " +
        `(at most ${maxChunksPerText} per input), whose vectors are averaged. Default: the Space's LONG_TEXT.`,
    ),
};

/** {@link longTextFields} as they come out of a schema. */
export type LongTextFields = { [Field in keyof typeof longTextFields]?: z.output<(typeof longTextFields)[Field]> };

/**
 * The policy of a request. `truncate: true`, which some clients always send, permits to cut and does not ask for it: a
 * Space that chunks by default still does.
 * @throws CodedError invalid_request when the two fields contradict each other
 */
export function toLongText({ truncate, long_text }: LongTextFields, byDefault: LongTextPolicy = "truncate"): LongTextPolicy {
  if ((truncate === true && long_text === "refuse") || (truncate === false && long_text === "truncate")) {
    throw new CodedError(
      "invalid_request",
      `truncate ${String(truncate)} and long_text "${long_text}" contradict each other: send one of the two.`,
      {
        details: { field: "long_text" },
      },
    );
  }
  if (long_text) return long_text;
  if (truncate === false) return "refuse";
  return truncate === true && byDefault === "refuse" ? "truncate" : byDefault;
}

/** An input that was embedded in pieces. */
export const chunkedInput = z.object({
  index: z.number().int().nonnegative().describe("Position in the request."),
  tokens: z.number().int().positive().describe("Tokens the whole input has, special tokens included."),
  chunks: z.number().int().positive().describe("Pieces it was embedded in."),
});

/** See {@link chunkedInput}. */
export type ChunkedInput = z.infer<typeof chunkedInput>;

/** A piece of a list of tokens: from `start` up to, not including, `end`. */
export interface Chunk {
  start: number;
  end: number;
}

/** What {@link toChunks} cuts. */
export interface ChunkableInput {
  /** Position in the request, for the error. */
  index: number;
  /** Tokens of the text, without special tokens and prompt. */
  length: number;
  /** Tokens of the whole input, for the error. */
  tokens: number;
}

/**
 * As few pieces as cover the text, each of at most `room` tokens and sharing an eighth of that, or more, with the next.
 * They are equally long and evenly spread: a last piece of three words would mean little and yet weigh as much.
 * @throws CodedError input_too_long when there would be more than {@link maxChunksPerText}
 */
export function toChunks({ index, length, tokens }: ChunkableInput, room: number): Chunk[] {
  if (length <= room) return [{ start: 0, end: length }];
  const overlap = Math.floor(room * overlapShare);
  const count = Math.ceil((length - overlap) / (room - overlap));
  if (count > maxChunksPerText) {
    throw new CodedError(
      "input_too_long",
      `Input ${index} has ${tokens} tokens, which makes ${count} pieces; at most ${maxChunksPerText} are averaged into one vector. Split the text.`,
      { details: { index, tokens, chunks: count, maxChunks: maxChunksPerText } },
    );
  }
  const size = Math.ceil((length + (count - 1) * overlap) / count);
  return Array.from({ length: count }, (_, piece) => {
    const start = Math.floor((piece * (length - size)) / (count - 1));
    return { start, end: start + size };
  });
}

/** A vector, and the length it had before it was scaled to 1. */
export interface UnitVector {
  /** float32 [dimensions], of length 1. */
  unit: Float32Array;
  norm: number;
}

/**
 * The vector of a text out of those of its pieces: their mean, scaled to length 1, and the mean of their lengths. Unit
 * vectors are averaged, so that a piece with a long vector does not speak for all, and so that the direction is the same
 * whether normalisation is asked for or not. The pieces are equally long: this is the mean weighted by tokens.
 */
export function poolChunks(chunks: readonly UnitVector[]): UnitVector {
  const [first] = chunks as [UnitVector];
  const sums = new Float64Array(first.unit.length);
  let norm = 0;
  for (const chunk of chunks) {
    for (let index = 0; index < sums.length; index += 1) sums[index] = (sums[index] as number) + (chunk.unit[index] as number);
    norm += chunk.norm / chunks.length;
  }
  const length = Math.sqrt(sums.reduce((sum, value) => sum + value * value, 0));
  // Pieces that cancel each other out have no common direction; the beginning stands for the text.
  return { unit: length === 0 ? first.unit.slice() : Float32Array.from(sums, (value) => value / length), norm };
}

import { CodedError } from "@repo/contracts/coded-error";
import type { CallContext } from "@repo/contracts/call-context";
import type { EmbedTexts, TruncatedInput } from "@repo/contracts/embed-text";
import { type ChunkedInput, toChunks } from "@repo/contracts/long-texts";
import { promptFor, withPrompt } from "@repo/contracts/text-prompts";
import type { TimeSlices } from "./time-slices.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Texts as the model reads them. */
export interface EncodedTexts {
  /** Token ids per text, or per piece of a text in `chunked`; special tokens included, at most maxTokens each. */
  rows: Int32Array[];
  truncated: TruncatedInput[];
  chunked: ChunkedInput[];
}

/** What encoding needs to know besides the request. */
export interface EncodeOptions {
  tokenizer: Tokenizer;
  maxTokens: number;
  prompts: Readonly<Record<string, string>>;
  slices: TimeSlices;
}

/** Read at a time; well under a slice even for text that is all rare characters. */
const stepLength = 2048;
/** Shorter requests are read at once: waiting for a turn would cost them more than reading takes. */
const immediateLength = 8192;

/**
 * Tokenises the texts of a request and fits them into the model: what is over the limit is cut, refused or laid out in
 * pieces. Special tokens and the prompt stay, at every cut and in every piece.
 *
 * Even a text that is cut is read to its end, because callers are told how long it was; a long one is read in slices.
 * @throws CodedError input_too_long (details: index, tokens, maxTokens or maxChunks); invalid_request for an unknown
 * prompt or token id; cancelled, deadline_exceeded.
 */
export async function encodeTexts(request: EmbedTexts, options: EncodeOptions, context: CallContext = {}): Promise<EncodedTexts> {
  const { tokenizer, maxTokens } = options;
  const { texts, longText = "truncate", truncationDirection = "right" } = request;
  const prompt = promptFor(options.prompts, request);
  const { prefix, suffix } = tokenizer;
  const specials = prefix.length + suffix.length;
  const room = maxTokens - specials;
  const rows: Int32Array[] = [];
  const truncated: TruncatedInput[] = [];
  const chunked: ChunkedInput[] = [];
  const reader = createReader(options, context);
  let promptIds: readonly number[] | undefined;

  for (const [index, text] of texts.entries()) {
    let ids: readonly number[];
    if (typeof text === "string") {
      const read = reader.read(withPrompt(prompt, text));
      // A short text is read without waiting for anything.
      ids = read instanceof Promise ? await read : read;
    } else {
      assertKnownIds(text, tokenizer.vocabularySize, index);
      promptIds ??= await reader.read(prompt);
      ids = startsWith(text, promptIds) ? text : [...promptIds, ...text];
    }
    if (ids.length <= room) {
      rows.push(frame(prefix, ids, suffix));
      continue;
    }
    const tokens = ids.length + specials;
    if (longText === "refuse") {
      throw new CodedError("input_too_long", `Input ${index} has ${tokens} tokens; the model reads ${maxTokens}.`, {
        details: { index, tokens, maxTokens },
      });
    }
    // Read once more by itself, for the few texts that are too long.
    promptIds ??= await reader.read(prompt);
    // A prompt that fills the model by itself is cut like any text.
    const start = promptIds.length < room && startsWith(ids, promptIds) ? promptIds.length : 0;
    const head = [...prefix, ...ids.slice(0, start)];
    const body = ids.slice(start);
    const space = room - start;
    if (longText === "chunk") {
      const chunks = toChunks({ index, length: body.length, tokens }, space);
      for (const { start: from, end } of chunks) rows.push(frame(head, body.slice(from, end), suffix));
      chunked.push({ index, tokens, chunks: chunks.length });
    } else {
      rows.push(frame(head, truncationDirection === "right" ? body.slice(0, space) : body.slice(-space), suffix));
      truncated.push({ index, tokens });
    }
  }
  return { rows, truncated, chunked };
}

/** Tokenises one text after the other, at once or, where there is much to read, in slices. */
function createReader({ tokenizer, slices }: EncodeOptions, context: CallContext) {
  let readSinceTurn = 0;

  async function takeTurn(): Promise<void> {
    await slices.next();
    readSinceTurn = 0;
    if (context.signal?.aborted) throw new CodedError("cancelled", "The caller left before the answer was ready.");
    if (context.deadlineAt !== undefined && context.deadlineAt <= Date.now()) {
      throw new CodedError("deadline_exceeded", "The answer was not ready within the time given.");
    }
  }

  async function readInSlices(text: string): Promise<readonly number[]> {
    if (readSinceTurn >= immediateLength && slices.isOver()) await takeTurn();
    const scan = tokenizer.scan(text);
    while (!scan.advance(stepLength)) {
      readSinceTurn += stepLength;
      if (readSinceTurn >= immediateLength && slices.isOver()) await takeTurn();
    }
    return scan.ids;
  }

  return {
    read(text: string): readonly number[] | Promise<readonly number[]> {
      readSinceTurn += text.length;
      if (text.length > stepLength || (readSinceTurn >= immediateLength && slices.isOver())) return readInSlices(text);
      const scan = tokenizer.scan(text);
      scan.advance(stepLength);
      return scan.ids;
    },
  };
}

function startsWith(ids: readonly number[], start: readonly number[]): boolean {
  return start.every((id, index) => ids[index] === id);
}

function frame(prefix: readonly number[], ids: readonly number[], suffix: readonly number[]): Int32Array {
  const row = new Int32Array(prefix.length + ids.length + suffix.length);
  row.set(prefix);
  row.set(ids, prefix.length);
  row.set(suffix, prefix.length + ids.length);
  return row;
}

function assertKnownIds(ids: readonly number[], vocabularySize: number, index: number): void {
  const unknown = ids.find((id) => !Number.isInteger(id) || id < 0 || id >= vocabularySize);
  if (unknown === undefined) return;
  throw new CodedError("invalid_request", `Input ${index} has token id ${unknown}; this model's are 0 to ${vocabularySize - 1}.`, {
    details: { index, id: unknown, vocabularySize },
  });
}

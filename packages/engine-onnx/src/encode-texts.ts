import { CodedError } from "@repo/contracts/coded-error";
import type { CallContext } from "@repo/contracts/call-context";
import type { EmbedTexts, TruncatedInput } from "@repo/contracts/embed-text";
import type { TimeSlices } from "./time-slices.ts";
import type { Tokenizer } from "./tokenizer.ts";

/** Texts as the model reads them. */
export interface EncodedTexts {
  /** Token ids per text, special tokens included, at most maxTokens each. */
  rows: Int32Array[];
  truncated: TruncatedInput[];
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

/** @throws CodedError invalid_request when the model has no prompt of that name. */
export function promptOf(prompts: Readonly<Record<string, string>>, name: string | undefined): string {
  if (name === undefined) return "";
  const prompt = Object.hasOwn(prompts, name) ? prompts[name] : undefined;
  if (prompt !== undefined) return prompt;
  const known = Object.keys(prompts);
  const hint = known.length === 0 ? "the model has none" : `the model has ${known.join(", ")}`;
  throw new CodedError("invalid_request", `There is no prompt "${name.slice(0, 64)}"; ${hint}.`, { details: { promptNames: known } });
}

/**
 * Tokenises the texts of a request and cuts what is over the limit, special tokens kept.
 *
 * Even a text that is cut is read to its end, because callers are told how long it was; a long one is read in slices.
 * @throws CodedError input_too_long (details: index, tokens, maxTokens) when `truncate` is false; invalid_request for
 * an unknown prompt or token id; cancelled, deadline_exceeded.
 */
export async function encodeTexts(request: EmbedTexts, options: EncodeOptions, context: CallContext = {}): Promise<EncodedTexts> {
  const { tokenizer, maxTokens, slices } = options;
  const { texts, truncate = true, truncationDirection = "right" } = request;
  const prompt = promptOf(options.prompts, request.promptName);
  const { prefix, suffix } = tokenizer;
  const room = maxTokens - prefix.length - suffix.length;
  const rows: Int32Array[] = [];
  const truncated: TruncatedInput[] = [];
  let readSinceTurn = 0;

  async function takeTurn(): Promise<void> {
    await slices.next();
    readSinceTurn = 0;
    if (context.signal?.aborted) throw new CodedError("cancelled", "The caller left before the answer was ready.");
    if (context.deadlineAt !== undefined && context.deadlineAt <= Date.now()) {
      throw new CodedError("deadline_exceeded", "The answer was not ready within the time given.");
    }
  }

  async function read(text: string): Promise<readonly number[]> {
    const scan = tokenizer.scan(text);
    while (!scan.advance(stepLength)) {
      readSinceTurn += stepLength;
      if (readSinceTurn >= immediateLength && slices.isOver()) await takeTurn();
    }
    return scan.ids;
  }

  for (const [index, text] of texts.entries()) {
    let ids: readonly number[];
    if (typeof text === "string") {
      readSinceTurn += text.length;
      if (readSinceTurn >= immediateLength && slices.isOver()) await takeTurn();
      // A short text is read without waiting for anything.
      const whole = prompt + text;
      if (whole.length <= stepLength) {
        const scan = tokenizer.scan(whole);
        scan.advance(stepLength);
        ids = scan.ids;
      } else ids = await read(whole);
    } else {
      assertKnownIds(text, tokenizer.vocabularySize, index);
      ids = prompt === "" ? text : [...(await read(prompt)), ...text];
    }
    const tokens = ids.length + prefix.length + suffix.length;
    if (ids.length > room) {
      if (!truncate) {
        throw new CodedError("input_too_long", `Input ${index} has ${tokens} tokens; the model reads ${maxTokens}.`, {
          details: { index, tokens, maxTokens },
        });
      }
      truncated.push({ index, tokens });
      ids = truncationDirection === "right" ? ids.slice(0, room) : ids.slice(-room);
    }
    rows.push(frame(prefix, ids, suffix));
  }
  return { rows, truncated };
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

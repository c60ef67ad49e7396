import { CodedError } from "@repo/contracts/coded-error";
import type { DecoderRows } from "./decoder-rows.ts";
import type { DecoderCapabilities } from "./language-model-protocol.ts";
import type { PreparedDecoder } from "./prepare-decoder.ts";

/** Tokens of the text that everything is compared on; more than one bucket of rows. */
const probeLength = 80;
/** Difference that rounding in another order may make, as a share of the logits' spread. A wrong mask or position makes one of about 1. */
const tolerance = 2e-3;
/** Tokens of the piece that reading is measured with. */
const measuredLength = 128;
const measuredSteps = 6;

/**
 * Finds out what a decoder's graph is able to do by doing it: a prompt in two pieces must give the logits of the prompt in
 * one, a row in a batch those of the row alone, a copied beginning those of the original. What does not is not used.
 * @param options.vocabularySize tokens that the tokenizer knows
 * @throws CodedError model_unavailable when the decoder gives no usable logits at all
 */
export async function probeDecoder(
  rows: DecoderRows,
  prepared: Pick<PreparedDecoder, "hasDeltas" | "hasLogitRows" | "accuracyLevel">,
  { maxRows, vocabularySize: known }: { maxRows: number; vocabularySize: number },
): Promise<{ capabilities: DecoderCapabilities; vocabularySize: number }> {
  const text = Array.from({ length: probeLength }, (_, place) => (place * 7919 + 13) % known);
  const run = async (first: number, from: number, to: number, of = text) => {
    const [logits] = await rows.run({ first, lengths: [from], tokens: of.slice(from, to) });
    return (logits as Float32Array).slice();
  };
  rows.reserve(1, probeLength);
  const { length: vocabularySize } = await run(0, 0, 1, [0]);
  if (vocabularySize < known)
    throw unusable(`its tokenizer has ${known} tokens, but its graph knows ${vocabularySize}; they are of two versions`);
  const whole = await run(0, 0, probeLength);
  if (!whole.every(Number.isFinite)) throw unusable("its logits are not numbers");

  await run(0, 0, probeLength - 1);
  const stepped = difference(whole, await run(0, probeLength - 1, probeLength));
  if (!(stepped < 0.5)) throw unusable("the next token's logits depend on how the text before it was read");

  const report: DecoderCapabilities["report"] = {
    wanted_logits: prepared.hasLogitRows,
    new_keys_only: prepared.hasDeltas,
    step_difference: round(stepped),
    ...(prepared.accuracyLevel === undefined ? {} : { accuracy_level: prepared.accuracyLevel === 0 ? "open" : prepared.accuracyLevel }),
  };
  const found = prepared.hasDeltas
    ? await probeArena(rows, { whole, text, run, maxRows, report })
    : { canContinue: false, canBatch: false, canFork: false };
  Object.assign(report, await measure(rows, text, found.canContinue));
  rows.clear();
  const { canContinue, canBatch, canFork } = found;
  Object.assign(report, {
    chunked_prefill: canContinue,
    forced_tokens: canContinue,
    batched_decode: canBatch,
    prefix_reuse: canContinue && canFork,
    forked_answers: canFork,
  });
  return { capabilities: { ...found, report }, vocabularySize };
}

interface ArenaProbe {
  whole: Float32Array;
  text: readonly number[];
  run(first: number, from: number, to: number): Promise<Float32Array>;
  maxRows: number;
  report: DecoderCapabilities["report"];
}

async function probeArena(
  rows: DecoderRows,
  { whole, text, run, maxRows, report }: ArenaProbe,
): Promise<Omit<DecoderCapabilities, "report">> {
  const ok = (name: string, value: number) => {
    report[name] = round(value);
    return value < tolerance;
  };
  const half = probeLength / 2;
  const attempt = (work: () => Promise<boolean>) => work().catch(() => false);

  const canContinue = await attempt(async () => {
    await run(0, 0, half);
    const inHalves = difference(whole, await run(0, half, probeLength));
    // The shortest piece that is ever read.
    await run(0, half, probeLength - 2);
    return ok("split_difference", Math.max(inHalves, difference(whole, await run(0, probeLength - 2, probeLength))));
  });
  // A beginning in another row, cut back and continued: what forks and kept prefixes do.
  const canFork = await attempt(async () => {
    rows.reserve(2, probeLength);
    rows.copyRow(0, 1, half);
    const snapshot = rows.exportRow(0, half);
    const short = await run(0, half - 1, half);
    const copied = await run(1, half - 1, half);
    rows.importRow(1, snapshot, half);
    const imported = await run(1, half - 1, half);
    return ok("fork_difference", Math.max(difference(short, copied), difference(short, imported)));
  });
  const canBatch =
    maxRows > 1 &&
    canFork &&
    (await attempt(async () => {
      const count = Math.min(4, maxRows);
      const lengths = Array.from({ length: count }, (_, row) => probeLength - 1 - row * 17);
      rows.reserve(count, probeLength);
      await run(0, 0, probeLength - 1);
      for (let row = 1; row < count; row += 1) rows.copyRow(0, row, lengths[row] as number);
      const alone: Float32Array[] = [];
      for (const [row, length] of lengths.entries()) alone.push(await run(row, length, length + 1));
      const together = await rows.run({ first: 0, lengths, tokens: lengths.map((length) => text[length] as number) });
      return ok("batch_difference", Math.max(...alone.map((logits, row) => difference(logits, together[row] as Float32Array))));
    }));
  return { canContinue, canBatch, canFork };
}

async function measure(rows: DecoderRows, text: readonly number[], canContinue: boolean): Promise<Record<string, number>> {
  const tokens = Array.from({ length: measuredLength }, (_, place) => text[place % text.length] as number);
  rows.reserve(1, measuredLength + measuredSteps);
  const read = () => rows.run({ first: 0, lengths: [0], tokens });
  if (canContinue) await read();
  const readMs = await time(read);
  const stepMs: number[] = [];
  for (let step = 0; step < measuredSteps; step += 1) {
    stepMs.push(await time(() => rows.run({ first: 0, lengths: [measuredLength + step], tokens: [text[step] as number] })));
  }
  return { prompt_tokens_per_second: Math.round((measuredLength * 1000) / readMs), ms_per_token: Number(Math.min(...stepMs).toFixed(2)) };
}

async function time(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Largest difference of two sets of logits, as a share of their spread (standard deviation). */
function difference(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  let squares = 0;
  let largest = 0;
  for (const [index, value] of a.entries()) {
    sum += value;
    squares += value * value;
    largest = Math.max(largest, Math.abs(value - (b[index] as number)));
  }
  const spread = Math.sqrt(Math.max(0, squares / a.length - (sum / a.length) ** 2));
  // Not a number where b holds one that is not: no feature passes then.
  return largest === 0 ? 0 : largest / spread;
}

function round(value: number): number {
  return Number(value.toPrecision(2));
}

function unusable(reason: string): CodedError {
  return new CodedError("model_unavailable", `This model cannot be served: ${reason}.`);
}

import { CodedError } from "@repo/contracts/coded-error";
import type { CallContext } from "@repo/contracts/call-context";
import type { EmbeddedTexts, EmbeddingModelInfo, EmbedTexts, TextEmbeddingService, TokenInfo } from "@repo/contracts/embed-text";
import { type ChunkedInput, poolChunks } from "@repo/contracts/long-texts";
import { promptFor, withPrompt } from "@repo/contracts/text-prompts";
import type { QueueStats, WorkerStats } from "@repo/engine/engine";
import { readCpuFlags } from "./cpu.ts";
import { encodeTexts } from "./encode-texts.ts";
import { createOnnxTextEngine, type OnnxEngineOptions } from "./onnx-engine.ts";
import type { OpenedWorker } from "./pool-worker.ts";
import type { PreparedTextModel } from "./text-model.ts";
import { createTimeSlices } from "./time-slices.ts";
import { loadTokenizer } from "./load-tokenizer.ts";
import { type CacheStats, createVectorSource } from "./vector-source.ts";

/** Options of {@link createTextEmbedder}. */
export interface TextEmbedderOptions extends OnnxEngineOptions {
  prepared: PreparedTextModel;
  /** Memory for vectors of inputs that were seen, default 16 MiB (about 8,000 vectors of 384); 0 keeps none. */
  cacheBytes?: number | undefined;
}

/** The model's facts and how it runs here. */
export interface TextEmbedderInfo extends EmbeddingModelInfo {
  workers: readonly OpenedWorker[];
  /** Instruction sets of this CPU that matter for inference. */
  cpuFlags: readonly string[];
}

/** Numbers of a moment, for /metrics and /status. */
export interface TextEmbedderStats {
  queue: QueueStats;
  workers: WorkerStats[];
  cache: CacheStats;
}

/** A text-embedding model in this process: the whole service but for its HTTP face. */
export interface OnnxTextEmbedder extends TextEmbeddingService {
  info(): Promise<TextEmbedderInfo>;
  /** One real inference on every worker. @throws CodedError model_unavailable */
  probe(): Promise<void>;
  stats(): TextEmbedderStats;
  /** Finishes what was accepted, then ends the worker threads; calls after it throw model_unavailable. */
  close(): Promise<void>;
}

const defaultCacheBytes = 16 * 1024 * 1024;
/** Longest text that is tokenised in one go, UTF-16 units: about 15 ms of the event loop. */
const maxTokenizeLength = 65_536;
/** Most token vectors of one answer: 32 texts of 512 tokens; 25 MB at 384 dimensions, several times that as JSON. */
const maxTokenVectors = 16_384;

/**
 * Text in, vectors out: tokenizer, cache of exact inputs, and an engine in worker threads.
 * @throws CodedError model_unavailable when tokenizer or model cannot be loaded.
 */
export async function createTextEmbedder(options: TextEmbedderOptions): Promise<OnnxTextEmbedder> {
  const { prepared, cacheBytes = defaultCacheBytes } = options;
  const { model } = prepared;
  // The workers start meanwhile; an engine whose tokenizer is missing is of no use and is not left running.
  const starting = createOnnxTextEngine(prepared, options);
  const tokenizer = await loadTokenizer(prepared.tokenizerPath).catch(async (error: unknown) => {
    await starting.then(
      (started) => started.close(),
      () => undefined,
    );
    throw error;
  });
  const engine = await starting;
  const source = createVectorSource(engine, cacheBytes);
  const encoding = { tokenizer, maxTokens: model.maxTokens, prompts: model.prompts, slices: createTimeSlices() };
  const identity = { model: model.id, revision: model.revision, dimensions: model.dimensions };
  const cpuFlags = readCpuFlags();

  function assertNativeDimensions({ dimensions }: EmbedTexts): void {
    if (dimensions === undefined || dimensions === model.dimensions) return;
    throw new CodedError("invalid_request", `This model's vectors have ${model.dimensions} dimensions and cannot be shortened.`, {
      details: { dimensions: model.dimensions },
    });
  }

  async function embed(request: EmbedTexts, context: CallContext = {}): Promise<EmbeddedTexts> {
    assertNativeDimensions(request);
    const startedAt = performance.now();
    const { rows, truncated, chunked } = await encodeTexts(request, encoding, context);
    const tokenizeMs = performance.now() - startedAt;
    const { entries, queueMs, inferenceMs } = await source.get(rows, context);
    const toVector = request.normalize === false ? toUnnormalised : toUnit;
    const tokens = rows.map((row) => row.length);
    return {
      identity,
      vectors: joinChunks(entries, chunked, poolEntries).map(toVector),
      tokenCounts: joinChunks(tokens, chunked, (parts) => parts.reduce((sum, part) => sum + part, 0)),
      truncated,
      ...(chunked.length === 0 ? {} : { chunked }),
      timings: { tokenizeMs, queueMs, inferenceMs },
    };
  }

  async function embedTokens(request: EmbedTexts, context: CallContext = {}): Promise<Float32Array[][]> {
    assertNativeDimensions(request);
    const longText = request.longText === "refuse" ? "refuse" : "truncate";
    const { rows } = await encodeTexts({ ...request, longText }, encoding, context);
    const tokens = rows.reduce((sum, row) => sum + row.length, 0);
    if (tokens > maxTokenVectors) {
      throw new CodedError(
        "payload_too_large",
        `The texts have ${tokens} tokens; token vectors are given for ${maxTokenVectors} at a time.`,
        {
          details: { tokens, maxTokens: maxTokenVectors },
        },
      );
    }
    const items = rows.map((input) => ({ input, tokens: input.length }));
    const { outputs } = await engine.runTokens(items, { signal: context.signal, deadlineAt: context.deadlineAt });
    return outputs.map(({ tokenEmbeddings }) => toRows(tokenEmbeddings as Float32Array, model.dimensions));
  }

  function tokenize(
    text: string,
    { addSpecialTokens, promptName }: { addSpecialTokens: boolean; promptName?: string | undefined },
  ): TokenInfo[] {
    const whole = promptName === undefined ? text : withPrompt(promptFor(model.prompts, { promptName }), text);
    if (whole.length > maxTokenizeLength) {
      throw new CodedError(
        "payload_too_large",
        `The text has ${whole.length} characters; at most ${maxTokenizeLength} are tokenised at a time.`,
        {
          details: { characters: whole.length, maxCharacters: maxTokenizeLength },
        },
      );
    }
    const characters = Array.from(whole);
    const special = (id: number): TokenInfo => ({ id, text: tokenizer.tokenOf(id) ?? "", special: true, start: null, stop: null });
    const located = tokenizer
      .locate(whole)
      .map(({ id, start, stop }): TokenInfo => ({ id, text: characters.slice(start, stop).join(""), special: false, start, stop }));
    return addSpecialTokens ? [...tokenizer.prefix.map(special), ...located, ...tokenizer.suffix.map(special)] : located;
  }

  return {
    info: async () => ({
      ...identity,
      maxTokens: model.maxTokens,
      pooling: model.pooling,
      precision: prepared.precision,
      promptNames: Object.keys(model.prompts),
      workers: engine.opened,
      cpuFlags,
    }),
    embed,
    embedTokens,
    tokenize,
    decode: (ids, { skipSpecialTokens }) => tokenizer.decode(ids, { skipSpecialTokens }),
    probe: engine.probe,
    stats: () => ({ queue: engine.queueStats(), workers: engine.workerStats(), cache: source.stats() }),
    close: engine.close,
  };
}

/** One value per text out of one per row: the rows of a text that was embedded in pieces are joined. */
function joinChunks<Value>(values: Value[], chunked: readonly ChunkedInput[], join: (parts: Value[]) => Value): Value[] {
  if (chunked.length === 0) return values;
  const joined: Value[] = [];
  let row = 0;
  for (const { index, chunks } of chunked) {
    // The texts between this one and the last have a row each.
    const before = index - joined.length;
    joined.push(...values.slice(row, row + before), join(values.slice(row + before, row + before + chunks)));
    row += before + chunks;
  }
  return [...joined, ...values.slice(row)];
}

/** Entries are unit vectors with their former length at the end. */
function poolEntries(entries: Float32Array[]): Float32Array {
  const { unit, norm } = poolChunks(entries.map((entry) => ({ unit: entry.subarray(0, -1), norm: entry.at(-1) as number })));
  const pooled = new Float32Array(unit.length + 1);
  pooled.set(unit);
  pooled[unit.length] = norm;
  return pooled;
}

/** A copy: what is cached is nobody's to change. */
function toUnit(entry: Float32Array): Float32Array {
  return entry.slice(0, -1);
}

function toUnnormalised(entry: Float32Array): Float32Array {
  const norm = entry.at(-1) as number;
  return entry.slice(0, -1).map((value) => value * norm);
}

/** Splits [tokens * dimensions] into rows that share its memory. */
function toRows(values: Float32Array, dimensions: number): Float32Array[] {
  return Array.from({ length: values.length / dimensions }, (_, row) => values.subarray(row * dimensions, (row + 1) * dimensions));
}

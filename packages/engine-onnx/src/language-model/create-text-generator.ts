import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type {
  GeneratedAnswer,
  GenerationEvent,
  GenerationRequest,
  GenerationResult,
  GenerationService,
  LanguageModelInfo,
} from "@repo/contracts/generate-text";
import { countCores, readCpuFlags } from "../cpu.ts";
import { checkRequest, fitAnswer, type RequestLimits, toJob } from "./generation-request.ts";
import { createJobBook, type JobBook } from "./job-book.ts";
import type { JobChannel } from "./job-channel.ts";
import type { GenerationJob, LanguageModelStats } from "./language-model-protocol.ts";
import { createLanguageModelThread } from "./language-model-thread.ts";
import { type LanguageModelChoice, type LanguageModelFolder, loadLanguageModel } from "./load-language-model.ts";
import { readLanguageTokenizer } from "./read-language-tokenizer.ts";
import { createStepSignal } from "./step-signal.ts";
import { tellGeneration } from "./tell-generation.ts";

/** Options of {@link createTextGenerator}. */
export interface TextGeneratorOptions extends LanguageModelChoice {
  /** Folder for the rewritten model, shared by processes; default outpost-language-models in the system's temporary folder. */
  cacheDirectory?: string | undefined;
  /** Threads of one step, default one per core of the container's quota, and one for a model of less than 32 MB. */
  threads?: number | undefined;
  /** accuracy_level of four-bit products where the export leaves it open; default 4. See rewrite-decoder.ts. */
  openAccuracyLevel?: number | undefined;
  /** Answers written at the same time, default 8. */
  maxConcurrentAnswers?: number | undefined;
  /** Requests that may wait, default 64; more are refused with overloaded. */
  maxQueuedRequests?: number | undefined;
  /** Longest prompt and answer together, tokens; default what the model was made for, at most 8,192 and what kvBytes holds. */
  contextTokens?: number | undefined;
  /** Longest prompt, tokens; default one less than the context. */
  maxPromptTokens?: number | undefined;
  /** Longest answer, tokens; default the context. */
  maxNewTokens?: number | undefined;
  /** Answer's length where a request names none, tokens; default 256. */
  defaultNewTokens?: number | undefined;
  /** Memory for keys and values of answers under way and of texts that are kept, default 1 GiB. */
  kvBytes?: number | undefined;
  /** Whether prompts start from what was read before, default true. */
  isReusing?: boolean | undefined;
  /** Tokens of a prompt that are read before other answers get their next token, default 64; twice as many when there are none. */
  chunkTokens?: number | undefined;
  /** A thread with work that says nothing for so long is replaced; default 20,000 ms. */
  watchdogMs?: number | undefined;
  /** Module of the thread, when it is not where it is looked for. */
  workerEntry?: URL | undefined;
}

/** A language model in this process. */
export interface OnnxTextGenerator extends GenerationService {
  /** Numbers of this moment, for /metrics. */
  stats(): LanguageModelStats;
}

const defaultContextTokens = 8192;
/** The products of a smaller model take less time than two threads need to find each other. */
const leastSharedBytes = 32 << 20;

/**
 * Loads a language model from a folder in the hub's layout and writes text with it: a thread of its own reads prompts and
 * writes the answers of many requests together; this thread only turns text into tokens.
 * @throws CodedError model_unavailable when the model cannot be loaded, saying why
 */
export async function createTextGenerator(options: TextGeneratorOptions): Promise<OnnxTextGenerator> {
  const { kvBytes = 2 ** 30, maxConcurrentAnswers = 8 } = options;
  const folder = await loadLanguageModel(options);
  const tokenizer = await readLanguageTokenizer(folder.directory);
  const threads = options.threads ?? (folder.onnxBytes < leastSharedBytes ? 1 : countCores());
  const steps = createStepSignal();
  let stats: LanguageModelStats | undefined;
  let lastId = 0;

  const book: JobBook = createJobBook({
    maxQueued: options.maxQueuedRequests ?? 64,
    rates: () => stats ?? { promptTokensPerSecond: 0, stepMs: 0 },
    post: (request) => thread.post(request),
  });
  const thread = createLanguageModelThread({
    model: {
      directory: folder.directory,
      onnxPath: folder.onnxPath,
      cacheDirectory: options.cacheDirectory ?? join(tmpdir(), "outpost-language-models"),
      threads,
      openAccuracyLevel: options.openAccuracyLevel,
      endTokens: folder.endTokens,
      limits: { maxRows: maxConcurrentAnswers, kvBytes, chunkTokens: options.chunkTokens ?? 64, isReusing: options.isReusing ?? true },
    },
    entry: options.workerEntry,
    watchdogMs: options.watchdogMs,
    isBusy: () => book.open > 0,
    onStep(events, latest) {
      stats = latest;
      book.handle(events);
      steps.announce();
    },
    onLost() {
      book.lose();
      steps.announceLoss();
    },
    onBack: () => book.replay(),
    onDown: (error) => book.failAll(error),
  });
  const opened = await thread.start();
  stats = opened.stats;
  const { capabilities, kvBytesPerToken } = opened;
  const limits = toLimits(options, folder, Math.floor(kvBytes / kvBytesPerToken));

  const info: LanguageModelInfo = {
    ...folder.identity,
    precision: folder.precision,
    ...limits,
    maxConcurrentAnswers: capabilities.canFork ? maxConcurrentAnswers : 1,
    vocabularySize: opened.vocabularySize,
    hasChatTemplate: tokenizer.hasChatTemplate,
    defaultSampling: folder.defaultSampling,
    capabilities: { ...capabilities.report, kv_bytes_per_token: kvBytesPerToken, load_ms: Math.round(opened.loadMs) },
  };

  /** Checks a request and hands it to the thread. */
  async function submit(request: GenerationRequest, context: CallContext): Promise<{ job: GenerationJob; channel: JobChannel }> {
    checkRequest(request, limits);
    const prompt = await tokenizer.encode(request.input, limits.maxPromptTokens);
    const maxNewTokens = fitAnswer(prompt.length, request.sampling?.maxNewTokens, limits);
    lastId += 1;
    const job = toJob(request, { id: lastId, prompt, maxNewTokens, defaults: folder.defaultSampling });
    return { job, channel: book.accept(job, context) };
  }

  async function* stream(request: GenerationRequest, context: CallContext = {}): AsyncGenerator<GenerationEvent, void, undefined> {
    const { job, channel } = await submit(request, context);
    try {
      yield* tellGeneration(job, channel);
    } finally {
      // Nothing is left when it has ended.
      book.leave(job.id);
    }
  }

  return {
    info: () => Promise.resolve({ ...info, capabilities: { ...info.capabilities, ...toRates(stats) } }),
    stream,
    async generate(request, context): Promise<GenerationResult> {
      const answers: GeneratedAnswer[] = [];
      for await (const event of stream(request, context)) {
        if (event.type === "answer") answers[event.answer] = event.finished;
        if (event.type === "end") return { model: folder.identity, answers, usage: event.usage, timings: event.timings };
      }
      throw new CodedError("internal", "The answer ended without an end.");
    },
    async countTokens(input) {
      return (await tokenizer.encode(input)).length;
    },
    async probe(context = {}) {
      if (["starting", "restarting"].includes(thread.stats().state))
        throw new CodedError("model_unavailable", "The language model is being restarted.");
      // Past the queue: while it is busy, any step that it takes is proof.
      if (book.open > 0) return steps.next(context);
      lastId += 1;
      const prompt = Int32Array.of(folder.endTokens[0] as number);
      const job = toJob({ input: { prompt: "" } }, { id: lastId, prompt, maxNewTokens: 1, defaults: { temperature: 0 } });
      const channel = book.accept({ ...job, isReusing: false }, context);
      while ((await channel.next()).kind !== "end");
    },
    status() {
      const { promptTokensPerSecond = 0 } = stats ?? {};
      return {
        precision: folder.precision,
        device: `cpu (${threads} threads, ${readCpuFlags().join(", ")})`,
        files: [...folder.files],
        workers: [thread.stats()],
        queue: { requests: book.queued, tokens: book.queuedTokens, tokensPerSecond: Math.round(promptTokensPerSecond) },
      };
    },
    stats: () => stats as LanguageModelStats,
    async close() {
      await book.drain();
      await thread.stop();
    },
  };
}

function toLimits(options: TextGeneratorOptions, folder: LanguageModelFolder, kvTokens: number): RequestLimits {
  const contextTokens = Math.min(options.contextTokens ?? defaultContextTokens, folder.contextTokens, kvTokens - (kvTokens % 64));
  const maxNewTokens = Math.min(options.maxNewTokens ?? contextTokens, contextTokens);
  return {
    contextTokens,
    maxPromptTokens: Math.min(options.maxPromptTokens ?? contextTokens - 1, contextTokens - 1),
    maxNewTokens,
    defaultNewTokens: Math.min(options.defaultNewTokens ?? 256, maxNewTokens),
  };
}

function toRates(stats: LanguageModelStats | undefined): Record<string, number> {
  if (stats === undefined || stats.steps === 0) return {};
  return { measured_prompt_tokens_per_second: Math.round(stats.promptTokensPerSecond), measured_step_ms: Number(stats.stepMs.toFixed(2)) };
}

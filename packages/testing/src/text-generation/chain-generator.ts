import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import {
  samplingOptions,
  type FinishReason,
  type GeneratedAnswer,
  type GeneratedToken,
  type GenerationEvent,
  type GenerationInput,
  type GenerationRequest,
  type GenerationResult,
  type GenerationService,
  type LanguageModelInfo,
} from "@repo/contracts/generate-text";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { fillGrammar } from "./fill-schema.ts";
import { createWordChain, splitWords, type WordChain } from "./word-chain.ts";

/** Options of {@link createChainGenerator}. */
export interface ChainGeneratorOptions {
  /** Default outpost/word-chain. */
  model?: string;
  /** Longest prompt and answer together, words. Default 512. */
  contextTokens?: number;
  /** Longest answer, words. Default 256. */
  maxNewTokens?: number;
  /** Default true. */
  hasChatTemplate?: boolean;
  /** Pause before each token, milliseconds. Default 0: a turn of the loop. */
  tokenDelayMs?: number;
  /** Requests at the same time; more are overloaded. Default 64. */
  maxRequests?: number;
  /** Tokens after which a prompt that contains "!fail" breaks. Default 2. */
  failAfter?: number;
}

/** A generator, and what a test wants to know of it. */
export interface ChainGenerator extends GenerationService {
  /** Requests being answered. */
  readonly running: number;
  /** Requests whose callers left before their end. */
  readonly cancelled: number;
  /** What was asked last. */
  readonly lastRequest: GenerationRequest | undefined;
}

const endToken = 0;
const endProbability = 0.6;

/**
 * Writes text without a model: a chain of words drawn with a seed, each as likely as it follows the last one in a few sentences. It
 * obeys the contract of a language model (seeds, stop strings, lengths, several answers, grammars, deadlines, callers that
 * leave), knows nothing, and is fast: what tests of everything around a model run on.
 */
export function createChainGenerator(options: ChainGeneratorOptions = {}): ChainGenerator {
  const { contextTokens = 512, maxNewTokens = 256, maxRequests = 64, tokenDelayMs = 0, failAfter = 2 } = options;
  const info: LanguageModelInfo = {
    model: options.model ?? "outpost/word-chain",
    revision: "1",
    precision: "fp32",
    contextTokens,
    maxPromptTokens: contextTokens - 1,
    maxNewTokens,
    defaultNewTokens: 32,
    maxConcurrentAnswers: 16,
    vocabularySize: 65_536,
    hasChatTemplate: options.hasChatTemplate ?? true,
    defaultSampling: { temperature: 1 },
    capabilities: { prefix_reuse: true },
  };
  const chain = createWordChain();
  const state: { running: number; cancelled: number; lastRequest: GenerationRequest | undefined; known: string[] } = {
    running: 0,
    cancelled: 0,
    lastRequest: undefined,
    known: [],
  };

  async function* stream(request: GenerationRequest, context: CallContext = {}): AsyncGenerator<GenerationEvent> {
    const startedAt = performance.now();
    state.lastRequest = request;
    const prompt = splitWords(toText(request.input));
    const drafts = plan(request, { chain, info, prompt });
    if (state.running >= maxRequests) throw new CodedError("overloaded", "The queue is full.", { retryAfterMs: 1500 });
    state.running += 1;
    let isDone = false;
    let firstTokenMs = 0;
    try {
      const cachedTokens = shared(prompt, state.known);
      state.known = prompt;
      const writers = drafts.map((draft) => write(draft, request.sampling?.stop ?? []));
      const open = new Set(writers.keys());
      for (let drawn = 0; open.size > 0; drawn += 1) {
        await pause(tokenDelayMs, context);
        if (drawn === failAfter && prompt.join("").includes("!fail")) throw new CodedError("inference_failed", "The model failed.");
        firstTokenMs ||= performance.now() - startedAt;
        for (const answer of open) {
          const { value, done } = (writers[answer] as ReturnType<typeof write>).next();
          if (done === true) {
            open.delete(answer);
            yield { type: "answer", answer, finished: value };
          } else yield { type: "token", answer, token: value };
        }
      }
      isDone = true;
      const usage = {
        promptTokens: prompt.length,
        cachedTokens,
        generatedTokens: drafts.reduce((sum, { tokens }) => sum + tokens.length, 0),
      };
      const decodeMs = performance.now() - startedAt - firstTokenMs;
      yield { type: "end", usage, timings: { queueMs: 0, prefillMs: firstTokenMs, decodeMs, firstTokenMs } };
    } finally {
      state.running -= 1;
      if (!isDone) state.cancelled += 1;
    }
  }

  return {
    get running() {
      return state.running;
    },
    get cancelled() {
      return state.cancelled;
    },
    get lastRequest() {
      return state.lastRequest;
    },
    info: async () => await Promise.resolve(info),
    stream,
    generate: async (request, context) => {
      const answers: GeneratedAnswer[] = [];
      let end: Pick<GenerationResult, "usage" | "timings"> | undefined;
      for await (const event of stream(request, context)) {
        if (event.type === "answer") answers[event.answer] = event.finished;
        if (event.type === "end") end = { usage: event.usage, timings: event.timings };
      }
      return { model: { model: info.model, revision: info.revision }, answers, ...(end as Pick<GenerationResult, "usage" | "timings">) };
    },
    countTokens: async (input) => await Promise.resolve(splitWords(toText(input)).length),
    probe: async () => {},
    status: () => ({
      model: { model: info.model, revision: info.revision },
      precision: "fp32",
      device: "cpu (a chain of words, no model)",
    }),
    close: async () => {},
  };
}

function toText(input: GenerationInput): string {
  return "prompt" in input ? input.prompt : `${input.messages.map(({ role, content }) => `${role}: ${content}`).join("\n")}\nassistant:`;
}

function shared(prompt: readonly string[], known: readonly string[]): number {
  const at = prompt.findIndex((word, index) => word !== known[index]);
  return Math.max(0, (at === -1 ? prompt.length : at) - (at === -1 ? 1 : 0));
}

async function pause(delayMs: number, { signal, deadlineAt }: CallContext): Promise<void> {
  if (delayMs === 0) await nextTurn();
  else await sleep(delayMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  if (signal?.aborted === true)
    throw CodedError.isInstance(signal.reason) ? signal.reason : new CodedError("cancelled", "The caller left.");
  if (deadlineAt !== undefined && Date.now() > deadlineAt) throw new CodedError("deadline_exceeded", "Not done in time.");
}

/** An answer before it is told. */
interface Draft {
  tokens: GeneratedToken[];
  finishReason: FinishReason;
  seed: number;
}

/** Draws all answers of a request. @throws CodedError invalid_request, input_too_long */
function plan(
  request: GenerationRequest,
  { chain, info, prompt }: { chain: WordChain; info: LanguageModelInfo; prompt: readonly string[] },
): Draft[] {
  const sampling = samplingOptions.safeParse(request.sampling ?? {});
  if (!sampling.success) {
    const [issue] = sampling.error.issues;
    throw new CodedError("invalid_request", `${issue?.path.join(".") ?? ""}: ${issue?.message ?? ""}`, {
      details: { field: issue?.path.join(".") },
    });
  }
  const { maxNewTokens = Math.min(info.defaultNewTokens, info.contextTokens - prompt.length) } = sampling.data;
  if (prompt.length + maxNewTokens > info.contextTokens || maxNewTokens > info.maxNewTokens) {
    throw new CodedError(
      "input_too_long",
      `The prompt has ${prompt.length} tokens and ${maxNewTokens} are to be written; together at most ${info.contextTokens}, written at most ${info.maxNewTokens}.`,
      { details: { promptTokens: prompt.length, maxNewTokens, contextTokens: info.contextTokens } },
    );
  }
  const seed = sampling.data.seed ?? Math.floor(Math.random() * 2 ** 32);
  return Array.from({ length: request.answers ?? 1 }, (_, answer) => {
    const random = createRandom(seed + answer * 7919);
    const draft = draw({ ...request, sampling: { ...sampling.data, maxNewTokens } }, { chain, random, last: prompt.at(-1) });
    return { ...draft, seed };
  });
}

function draw(
  request: GenerationRequest & { sampling: { maxNewTokens: number } },
  { chain, random, last }: { chain: WordChain; random: () => number; last: string | undefined },
): Omit<Draft, "seed"> {
  const { sampling, grammar, topTokens = 0 } = request;
  const temperature = sampling.temperature ?? 1;
  const next = (word: string | undefined): { word: string; probability: number; others: { word: string; probability: number }[] } => {
    const choices = chain.after(word);
    const weights = choices.map(({ probability }) => (temperature === 0 ? 0 : probability ** (1 / Math.max(temperature, 0.05))));
    let left = random() * weights.reduce((sum, weight) => sum + weight, 0);
    const at = temperature === 0 ? 0 : weights.findIndex((weight) => (left -= weight) < 0);
    const chosen = choices[Math.max(0, at)] as (typeof choices)[number];
    return { ...chosen, others: choices.slice(0, topTokens) };
  };
  const words = (count: number): string => {
    let word: string | undefined;
    return Array.from({ length: count }, () => (({ word } = next(word)), word.trim())).join(" ");
  };
  const tokens: GeneratedToken[] = [];
  const end = (): Omit<Draft, "seed"> => {
    tokens.push({ id: endToken, text: "", logProbability: Math.log(endProbability), special: true });
    return { tokens, finishReason: "eos" };
  };
  if (grammar !== undefined) {
    const pieces = fillGrammar(grammar, { random, words }).match(/.{1,4}/gsu) ?? [];
    if (pieces.length + 1 > sampling.maxNewTokens)
      throw new CodedError("invalid_request", "The grammar does not fit into max_new_tokens.", { details: { field: "max_new_tokens" } });
    for (const text of pieces) tokens.push({ id: toId(text), text, logProbability: -0.1, special: false });
    return end();
  }
  let word = last;
  while (tokens.length < sampling.maxNewTokens) {
    const drawn = next(word);
    ({ word } = drawn);
    tokens.push({
      id: toId(word),
      text: word,
      logProbability: Math.log(drawn.probability),
      special: false,
      ...(topTokens === 0
        ? {}
        : { top: drawn.others.map((other) => ({ id: toId(other.word), text: other.word, logProbability: Math.log(other.probability) })) }),
    });
    const ends = chain.mayEnd(word) && (temperature === 0 || random() < endProbability);
    if (ends && tokens.length < sampling.maxNewTokens) return end();
  }
  return { tokens, finishReason: "length" };
}

/** Tells a draft token by token, holding back text in which a stop string may be in the making. */
function* write({ tokens, finishReason, seed }: Draft, stops: readonly string[]): Generator<GeneratedToken, GeneratedAnswer> {
  const told: GeneratedToken[] = [];
  let text = "";
  let released = 0;
  for (const [index, token] of tokens.entries()) {
    text += token.text;
    const [found] = stops
      .flatMap((stop) => (text.includes(stop) ? [{ stop, at: text.indexOf(stop) }] : []))
      .toSorted((a, b) => a.at - b.at);
    const isLast = index === tokens.length - 1;
    const until = found?.at ?? (isLast ? text.length : text.length - lengthOfBeginning(text, stops));
    const own = { ...token, text: text.slice(released, Math.max(released, until)) };
    released = Math.max(released, until);
    told.push(own);
    yield own;
    if (found !== undefined) return { text: text.slice(0, found.at), finishReason: "stop", stoppedBy: found.stop, tokens: told, seed };
  }
  return { text, finishReason, tokens: told, seed };
}

function lengthOfBeginning(text: string, stops: readonly string[]): number {
  const lengths = stops.flatMap((stop) =>
    Array.from({ length: stop.length - 1 }, (_, index) => index + 1).filter((length) => text.endsWith(stop.slice(0, length))),
  );
  return Math.max(0, ...lengths);
}

function toId(word: string): number {
  let hash = 0x811c9dc5;
  for (const unit of Buffer.from(word)) hash = Math.imul(hash ^ unit, 0x01000193);
  return ((hash >>> 0) % 65_535) + 1;
}

/** @source https://gist.github.com/tommyettinger/46a874533244883189143505d203312c (mulberry32, public domain) */
function createRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

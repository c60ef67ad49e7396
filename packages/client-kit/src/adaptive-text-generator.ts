import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { GenerationEvent, GenerationRequest, GenerationResult, LanguageModelInfo } from "@repo/contracts/generate-text";
import { generationInfoResponse } from "@repo/contracts/generation-info";
import { z } from "zod";
import { createSpaceClient, type SpaceClient, type SpaceClientOptions } from "./create-space-client.ts";
import { findGradioTextWire } from "./gradio-text-wire.ts";
import { createInputsWire, type BodyFormat } from "./inputs-wire.ts";
import { mapInOrder } from "./map-in-order.ts";
import { createOpenAiTextWire } from "./openai-text-wire.ts";
import { createTextGeneratorClient, type TextGeneratorClient } from "./text-generator-client.ts";
import { isOtherWire, type ForeignAnswer, type ForeignQuestion, type TextWire, type TextWireFacts } from "./text-wire.ts";

/** Options of {@link createAdaptiveTextGenerator}. */
export interface AdaptiveTextGeneratorOptions {
  /** Path that a server of another make is asked at first. Default /api/generate. */
  endpoint?: string | undefined;
  /** Form of the body that is known to be right there, so that no other one is tried first. */
  format?: BodyFormat | undefined;
}

/** A server that writes text, of our make or another. */
export interface AdaptiveTextGenerator extends TextGeneratorClient {
  /** How the server is asked; undefined before it was found out. */
  wire(): TextWireFacts | undefined;
  /** Finds it out: our own by looking at /info, others by a question of one word. */
  detect(context?: CallContext): Promise<TextWireFacts>;
}

/** Where the server is asked first, as the user guide says. */
export const defaultTextEndpoint = "/api/generate";
/** What the original's diagnosis tried after the path that was set, and the root. */
const otherPaths = ["/api/generate", "/generate", "/api/predict", "/run/predict", "/run", "/predict", "/"];
const formats = ["inputs", "prompt", "data", "text", "query"] as const satisfies readonly BodyFormat[];
/** Answers of another server that are drawn at the same time. */
const maxQuestionsInFlight = 4;
const defaultTimeoutMs = 120_000;

const ownFacts: TextWireFacts = { kind: "outpost", path: "/generate-text", constrains: true, drawsSeveral: true, streams: true };
const trial: ForeignQuestion = { input: { prompt: "Hello" }, sampling: { maxNewTokens: 8 }, grammar: undefined };

const tgiInfo = z.object({ model_id: z.string(), max_total_tokens: z.number() });
const openAiModels = z.object({ data: z.array(z.object({ id: z.string() })).min(1) });

/**
 * Has any server write text: a Space of ours by its own route, with everything that a TextGenerator can do; others by the
 * wires they speak, found out once: the path that was set with the known bodies, text-generation-inference, OpenAI's
 * protocol, Gradio's two steps, then the usual other paths. There, several answers are several questions, a grammar is not
 * enforced, and a stream has one token with all of the text.
 * @throws what TextGeneratorClient throws; not_found when the server answers and no wire fits, details.tried says what it
 * answered to which
 */
export function createAdaptiveTextGenerator(
  spaceOrOptions: SpaceClient | SpaceClientOptions,
  { endpoint = defaultTextEndpoint, format }: AdaptiveTextGeneratorOptions = {},
): AdaptiveTextGenerator {
  const space = "call" in spaceOrOptions ? spaceOrOptions : createSpaceClient({ timeoutMs: defaultTimeoutMs, ...spaceOrOptions });
  const native = createTextGeneratorClient(space);
  const set = endpoint.startsWith("/") ? endpoint : `/${endpoint}`;
  let isOurs = false;
  let wire: TextWire | undefined;
  let answeredModel: string | undefined;

  /** @returns false for a server of another make */
  async function lookForOurs(context: CallContext): Promise<boolean> {
    if (isOurs || wire !== undefined) return isOurs;
    const answer = await space.get("/info", context).catch((error: unknown) => {
      if (context.signal?.aborted === true) throw error;
      return undefined;
    });
    if (answer?.status === 200 && generationInfoResponse.safeParse(answer.json).success) return (isOurs = true);
    // Only an answer of a server that is awake says that it is none of ours.
    const isAwake = answer !== undefined && !answer.isHtml && answer.status < 500 && ![401, 403, 429].includes(answer.status);
    if (isAwake) return false;
    try {
      await native.info(context);
      return (isOurs = true);
    } catch (error) {
      if (isOtherWire(error)) return false;
      throw error;
    }
  }

  /** Ways to ask, the likeliest first; each is made when the ones before did not fit. */
  async function* ways(context: CallContext): AsyncGenerator<TextWire> {
    for (const known of format === undefined ? formats : [format, ...formats.filter((other) => other !== format)]) {
      yield createInputsWire(space, set, known);
    }
    const info = await space.get("/info", context);
    if (tgiInfo.safeParse(info.json).success) yield createInputsWire(space, "/generate", "inputs");
    const models = openAiModels.safeParse((await space.get("/v1/models", context)).json);
    if (models.success) yield createOpenAiTextWire(space, models.data.data[0]?.id);
    const gradio = await findGradioTextWire(space, set, context);
    if (gradio !== undefined) yield gradio;
    for (const path of otherPaths.filter((other) => other !== set)) {
      for (const known of formats) yield createInputsWire(space, path, known);
    }
  }

  /** Asks in every way until one fits, and stays with it. */
  async function askInAnyWay(question: ForeignQuestion, context: CallContext): Promise<ForeignAnswer> {
    const tried: { path: string; format?: string | undefined; status: number; said: string }[] = [];
    const missing = new Set<string>();
    for await (const way of ways(context)) {
      const { path, format: body } = way.facts;
      if (missing.has(path)) continue;
      try {
        const answer = await way.ask(question, context);
        wire = way;
        return answer;
      } catch (error) {
        if (!isOtherWire(error)) throw error;
        tried.push({ path, format: body, status: error.remote?.status ?? 200, said: error.remote?.said ?? error.message });
        if (error.code === "not_found" || error.code === "method_not_allowed") missing.add(path);
      }
    }
    const [first] = tried;
    const said = first === undefined ? "" : ` POST ${first.path} answered ${first.status}: ${first.said}`;
    throw new CodedError("not_found", `${space.address.baseUrl} answers, but to no way of asking for a text that is known here.${said}`, {
      details: { cause: "no_wire", tried },
    });
  }

  async function askForeign(question: ForeignQuestion, context: CallContext): Promise<ForeignAnswer> {
    const answer = wire === undefined ? await askInAnyWay(question, context) : await wire.ask(question, context);
    answeredModel = answer.model ?? answeredModel;
    return answer;
  }

  const identity = () => ({ model: answeredModel ?? space.address.spaceId ?? new URL(space.address.baseUrl).host, revision: "" });

  async function generateForeign(request: GenerationRequest, context: CallContext): Promise<GenerationResult> {
    const startedAt = performance.now();
    const { seed, ...sampling } = request.sampling ?? {};
    // Another server has no streams of random numbers per answer: the same seed would draw the same answer again.
    const seeds = Array.from({ length: request.answers ?? 1 }, (_, index) => (seed === undefined ? undefined : seed + index));
    const ask = async (own: number | undefined, signal: AbortSignal | undefined): Promise<ForeignAnswer> =>
      await askForeign({ input: request.input, sampling: { ...sampling, seed: own }, grammar: request.grammar }, { ...context, signal });
    // The first question finds out how to ask; the others follow.
    const [head, ...rest] = seeds;
    const first = await ask(head, context.signal);
    const answers = [
      first,
      ...(await mapInOrder(rest, { limit: maxQuestionsInFlight, ...(context.signal && { signal: context.signal }) }, ask)),
    ];
    const totalMs = performance.now() - startedAt;
    const sum = (read: (answer: ForeignAnswer) => number | undefined) => answers.reduce((total, answer) => total + (read(answer) ?? 0), 0);
    return {
      model: identity(),
      answers: answers.map(({ text, finishReason }, index) => ({
        text,
        finishReason: finishReason ?? "eos",
        tokens: [],
        seed: seeds[index] ?? 0,
      })),
      usage: {
        promptTokens: sum(({ usage }) => usage?.promptTokens),
        cachedTokens: 0,
        generatedTokens: sum(({ usage }) => usage?.generatedTokens),
      },
      timings: { queueMs: 0, prefillMs: 0, decodeMs: totalMs, firstTokenMs: totalMs },
    };
  }

  async function* streamForeign(request: GenerationRequest, context: CallContext): AsyncGenerator<GenerationEvent> {
    const { answers, usage, timings } = await generateForeign(request, context);
    for (const [index, finished] of answers.entries()) {
      yield { type: "token", answer: index, token: { id: 0, text: finished.text, logProbability: 0, special: false } };
      yield { type: "answer", answer: index, finished };
    }
    yield { type: "end", usage, timings };
  }

  const wireNow = (): TextWireFacts | undefined => (isOurs ? ownFacts : wire?.facts);

  async function detect(context: CallContext = {}): Promise<TextWireFacts> {
    if (!(await lookForOurs(context)) && wire === undefined) await askForeign(trial, context);
    return wireNow() ?? ownFacts;
  }

  return {
    space,
    wire: wireNow,
    detect,
    identity: () => (isOurs ? native.identity() : answeredModel === undefined ? undefined : identity()),
    async info(context = {}) {
      if (await lookForOurs(context)) return await native.info(context);
      await detect(context);
      return toForeignInfo(identity());
    },
    async generate(request, context = {}) {
      return (await lookForOurs(context)) ? await native.generate(request, context) : await generateForeign(request, context);
    },
    async *stream(request, context = {}) {
      yield* (await lookForOurs(context)) ? native.stream(request, context) : streamForeign(request, context);
    },
    async countTokens(input, context = {}) {
      if (await lookForOurs(context)) return await native.countTokens(input, context);
      throw new CodedError("invalid_request", `${space.address.baseUrl} does not count tokens.`);
    },
    async probe(context = {}) {
      if (await lookForOurs(context)) return await native.probe(context);
      await askForeign(trial, context);
      return identity();
    },
  };
}

/** What another server does not tell is without a limit here; it refuses by itself. */
function toForeignInfo({ model, revision }: { model: string; revision: string }): LanguageModelInfo {
  const unlimited = Number.MAX_SAFE_INTEGER;
  return {
    model,
    revision,
    precision: "unknown",
    contextTokens: unlimited,
    maxPromptTokens: unlimited,
    maxNewTokens: unlimited,
    defaultNewTokens: 1024,
    maxConcurrentAnswers: maxQuestionsInFlight,
    vocabularySize: 0,
    hasChatTemplate: true,
    defaultSampling: {},
    capabilities: {},
  };
}

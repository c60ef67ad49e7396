import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type {
  GenerationEvent,
  GenerationRequest,
  GenerationResult,
  LanguageModelIdentity,
  LanguageModelInfo,
} from "@repo/contracts/generate-text";
import { z } from "zod";
import type { SpaceClient } from "./create-space-client.ts";
import { findGradioTextWire } from "./gradio-text-wire.ts";
import { createInputsWire, type BodyFormat } from "./inputs-wire.ts";
import { mapInOrder } from "./map-in-order.ts";
import { createOpenAiTextWire } from "./openai-text-wire.ts";
import { isOtherWire, type ForeignAnswer, type ForeignQuestion, type TextWire, type TextWireFacts } from "./text-wire.ts";

/** Where a server of another make is asked first, as the user guide says. */
export const defaultTextEndpoint = "/api/generate";

/** How a server of another make is asked at first. */
export interface ForeignTextOptions {
  /** Path. Default /api/generate. */
  endpoint?: string | undefined;
  /** Form of the body that is known to be right there, so that no other one is tried first. */
  format?: BodyFormat | undefined;
}

/** A server of another make that writes text. */
export interface ForeignTextGenerator {
  /** How it is asked; undefined before it was found out. */
  wire(): TextWireFacts | undefined;
  /** Which model answered last, by the server's own words; undefined before the first answer. */
  identity(): LanguageModelIdentity | undefined;
  /** Finds out how it is asked, by a question of one word. */
  detect(context: CallContext): Promise<TextWireFacts>;
  /** Asks a question of one word. */
  probe(context: CallContext): Promise<LanguageModelIdentity>;
  info(context: CallContext): Promise<LanguageModelInfo>;
  generate(request: GenerationRequest, context: CallContext): Promise<GenerationResult>;
  stream(request: GenerationRequest, context: CallContext): AsyncGenerator<GenerationEvent>;
}

/** What the original's diagnosis tried after the path that was set, and the root. */
const otherPaths = ["/api/generate", "/generate", "/api/predict", "/run/predict", "/run", "/predict", "/"];
const formats = ["inputs", "prompt", "data", "text", "query"] as const satisfies readonly BodyFormat[];
/** Answers that are drawn at the same time. */
const maxQuestionsInFlight = 4;
/** @source the original client */
const originalNewTokens = 1024;
const trial: ForeignQuestion = { input: { prompt: "Hello" }, sampling: { maxNewTokens: 8 }, grammar: undefined };

const tgiInfo = z.object({ model_id: z.string(), max_total_tokens: z.number() });
const openAiModels = z.object({ data: z.array(z.object({ id: z.string() })).min(1) });

/** Ways to ask, the likeliest first; each is made when the ones before did not fit. */
async function* findWays(space: SpaceClient, set: string, format: BodyFormat | undefined, context: CallContext): AsyncGenerator<TextWire> {
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

/**
 * Has a server of another make write text, by the wire it speaks, found out once: the path that was set with the known
 * bodies, text-generation-inference, OpenAI's protocol, Gradio's two steps, then the usual other paths. Several answers are
 * several questions, a grammar is not enforced, and a stream has one token with all of the text.
 * @throws what SpaceClient.call throws; not_found when the server answers and no wire fits, details.tried says what it
 * answered to which
 */
export function createForeignTextGenerator(
  space: SpaceClient,
  { endpoint = defaultTextEndpoint, format }: ForeignTextOptions = {},
): ForeignTextGenerator {
  const set = endpoint.startsWith("/") ? endpoint : `/${endpoint}`;
  let wire: TextWire | undefined;
  let answeredModel: string | undefined;

  /** Asks in every way until one fits, and stays with it. */
  async function askInAnyWay(question: ForeignQuestion, context: CallContext): Promise<ForeignAnswer> {
    const tried: { path: string; format?: string | undefined; status: number; said: string }[] = [];
    const missing = new Set<string>();
    for await (const way of findWays(space, set, format, context)) {
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

  async function generate(request: GenerationRequest, context: CallContext): Promise<GenerationResult> {
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

  async function* stream(request: GenerationRequest, context: CallContext): AsyncGenerator<GenerationEvent> {
    const { answers, usage, timings } = await generate(request, context);
    for (const [index, finished] of answers.entries()) {
      yield { type: "token", answer: index, token: { id: 0, text: finished.text, logProbability: 0, special: false } };
      yield { type: "answer", answer: index, finished };
    }
    yield { type: "end", usage, timings };
  }

  async function detect(context: CallContext): Promise<TextWireFacts> {
    if (wire === undefined) await askForeign(trial, context);
    return (wire as TextWire).facts;
  }

  return {
    wire: () => wire?.facts,
    identity: () => (answeredModel === undefined ? undefined : identity()),
    detect,
    probe: async (context) => {
      await askForeign(trial, context);
      return identity();
    },
    info: async (context) => {
      await detect(context);
      return toForeignInfo(identity());
    },
    generate,
    stream,
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
    defaultNewTokens: originalNewTokens,
    maxConcurrentAnswers: maxQuestionsInFlight,
    vocabularySize: 0,
    hasChatTemplate: true,
    defaultSampling: {},
    capabilities: {},
  };
}

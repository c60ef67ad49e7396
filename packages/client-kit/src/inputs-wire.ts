import { CodedError } from "@repo/contracts/coded-error";
import type { FinishReason, SamplingOptions } from "@repo/contracts/generate-text";
import { toSamplingFields } from "@repo/contracts/generate-text-wire";
import { defineRoute } from "@repo/contracts/route";
import { z } from "zod";
import type { SpaceClient } from "./create-space-client.ts";
import { noTextIn, type ForeignAnswer, type ForeignQuestion, type TextWire, toPromptText } from "./text-wire.ts";

type Body = Record<string, unknown>;

function withoutUndefined(fields: Body): Body {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}

/** Sampling as transformers and text-generation-inference spell it; both refuse a temperature of 0 and mean do_sample. */
function toParameters(sampling: SamplingOptions): Body {
  const { temperature, frequency_penalty, ...rest } = toSamplingFields(sampling);
  const greedy = temperature === 0;
  const drawn = temperature === undefined ? {} : greedy ? { do_sample: false } : { temperature, do_sample: true };
  return withoutUndefined({ ...rest, frequency_penalty, ...drawn, return_full_text: false });
}

/**
 * Forms of a body: `inputs` is the user guide's and text-generation-inference's, `prompt` the older guide's; the others are
 * what the original's diagnosis tried, and carry no sampling.
 * @source TheWheel docs/huggingface-spaces-integration, scripts/test-huggingface-spaces-connection
 */
export const bodyFormats = {
  inputs: (prompt: string, sampling: SamplingOptions): Body => ({ inputs: prompt, parameters: toParameters(sampling) }),
  prompt: (prompt: string, sampling: SamplingOptions): Body => ({
    prompt,
    params: withoutUndefined({
      max_length: sampling.maxNewTokens,
      temperature: sampling.temperature,
      top_p: sampling.topP,
      seed: sampling.seed,
    }),
  }),
  data: (prompt: string): Body => ({ data: [prompt] }),
  text: (prompt: string): Body => ({ text: prompt }),
  query: (prompt: string): Body => ({ query: prompt }),
} as const satisfies Record<string, (prompt: string, sampling: SamplingOptions) => Body>;

/** One of {@link bodyFormats}. */
export type BodyFormat = keyof typeof bodyFormats;

/** Whether a text is the name of a form of bodies. */
export function isBodyFormat(name: unknown): name is BodyFormat {
  return typeof name === "string" && Object.hasOwn(bodyFormats, name);
}

/** Names under which servers answer with a text, the usual ones first. */
const textNames = ["generated_text", "text", "response", "output", "answer", "result", "content"];

/** The text in an answer of any of the known forms; undefined where there is none. */
export function findText(json: unknown): string | undefined {
  if (typeof json === "string") return json;
  if (Array.isArray(json)) return findText(json[0]);
  if (typeof json !== "object" || json === null) return undefined;
  const fields = json as Body;
  const name = textNames.find((candidate) => typeof fields[candidate] === "string");
  if (name !== undefined) return fields[name] as string;
  return fields["data"] === undefined ? undefined : findText(fields["data"]);
}

const answerFacts = z
  .object({
    error: z.string().nullish(),
    finish_reason: z.string().nullish(),
    model: z.string().nullish(),
    model_version: z.string().nullish(),
    usage: z.object({ prompt_tokens: z.number(), completion_tokens: z.number() }).nullish(),
    details: z.object({ finish_reason: z.string().nullish(), generated_tokens: z.number().nullish() }).nullish(),
  })
  .partial();

function toFinishReason(reason: string | null | undefined): FinishReason | undefined {
  if (reason === "length") return "length";
  return reason === "stop_sequence" ? "stop" : reason === null || reason === undefined ? undefined : "eos";
}

function toAnswer(what: string, prompt: string, json: unknown): ForeignAnswer {
  const facts = answerFacts.safeParse(Array.isArray(json) ? (json[0] as unknown) : json).data ?? {};
  const text = findText(json);
  // The older guide answers 200 with an error in place of, or beside, a text.
  if (typeof facts.error === "string" && facts.error !== "" && (text ?? "") === "")
    throw new CodedError("inference_failed", `${what} answered an error: ${facts.error.slice(0, 500)}`);
  if (text === undefined) throw noTextIn(what);
  const { usage } = facts;
  return {
    // Pipelines repeat the prompt in front of the answer unless they were told not to, and some do not listen.
    text: prompt !== "" && text.startsWith(prompt) ? text.slice(prompt.length).trimStart() : text,
    finishReason: toFinishReason(facts.finish_reason ?? facts.details?.finish_reason),
    model: facts.model ?? facts.model_version ?? undefined,
    usage: usage ? { promptTokens: usage.prompt_tokens, cachedTokens: 0, generatedTokens: usage.completion_tokens } : undefined,
  };
}

/**
 * Asks a server with one JSON body at one path, and takes the text out of whatever it answers.
 * @param path begins with a slash; "/" is the server itself
 */
export function createInputsWire(space: SpaceClient, path: string, format: BodyFormat): TextWire {
  const route = defineRoute({
    method: "POST",
    path,
    family: "hugging-face",
    summary: "A text of a server that is none of ours",
    request: z.record(z.string(), z.unknown()),
    response: z.unknown(),
  });
  const what = `POST ${path} of ${space.address.baseUrl}`;
  return {
    facts: { kind: "inputs", path, format, constrains: false, drawsSeveral: false, streams: false },
    ask: async ({ input, sampling }: ForeignQuestion, context) => {
      const prompt = toPromptText(input);
      return toAnswer(what, prompt, await space.call(route, bodyFormats[format](prompt, sampling), context));
    },
  };
}

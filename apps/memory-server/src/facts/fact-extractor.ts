import type { OpenAiChatClient } from "@repo/client-kit/openai-chat-client";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { OpenAiChatRequest, OpenAiChatResponse } from "@repo/contracts/openai-chat";
import { z } from "zod";
import { toToday } from "../vector-stores/today.ts";
import { factsSchema, toFactPrompt, type SpokenMessage } from "./fact-prompt.ts";

/** Takes facts out of conversations. */
export interface FactExtractor {
  /**
   * What of a conversation is worth remembering, as sentences that stand alone; empty when nothing is.
   * @param instructions what to look for, besides the extractor's own instructions
   * @throws inference_failed when the model answers something else than facts; model_unavailable, overloaded,
   * deadline_exceeded, cancelled, unauthorized and the rest of what a Space client throws
   */
  extract(messages: readonly SpokenMessage[], context?: CallContext, instructions?: string): Promise<string[]>;
  close(): void;
}

/** Options of {@link createFactExtractor}. */
export interface FactExtractorOptions {
  client: OpenAiChatClient;
  /** Name of the model. */
  model: string;
  /** 0..2. Default 0.1: the same conversation should give the same facts. */
  temperature?: number | undefined;
  /** Longest answer, tokens. Default 2,000, about a hundred facts. */
  maxTokens?: number | undefined;
  /** Operator's instructions, used where the caller sends none. */
  instructions?: string | undefined;
  /** Facts beyond this are dropped. Default 50. */
  maxFacts?: number | undefined;
  /** Answers that are not facts, after which it is given up. Default 2: a model that writes prose once may not do so twice. */
  maxAnswers?: number | undefined;
}

/** What models answer: the object that was asked for, or its list alone. */
const factsAnswer = z.union([z.object({ facts: z.array(z.string()) }).transform(({ facts }) => facts), z.array(z.string())]);

/** Facts by a language model behind OpenAI's chat completions, asked for JSON in a given form. */
export function createFactExtractor(options: FactExtractorOptions): FactExtractor {
  const { client, model, temperature = 0.1, maxTokens = 2_000, maxFacts = 50, maxAnswers = 2 } = options;
  // Older servers know "some JSON object" only; found out once.
  let takesSchema = true;

  async function ask(messages: OpenAiChatRequest["messages"], context: CallContext): Promise<OpenAiChatResponse> {
    const request: OpenAiChatRequest = { model, messages, temperature, max_tokens: maxTokens };
    if (takesSchema) {
      try {
        const jsonSchema = { name: "facts", schema: factsSchema, strict: true };
        return await client.complete({ ...request, response_format: { type: "json_schema", json_schema: jsonSchema } }, context);
      } catch (error) {
        if (!isAboutFormat(error)) throw error;
        takesSchema = false;
      }
    }
    return await client.complete({ ...request, response_format: { type: "json_object" } }, context);
  }

  return {
    async extract(messages, context = {}, instructions = options.instructions) {
      if (messages.length === 0) return [];
      const prompt = toFactPrompt(messages, toToday(), instructions);
      for (let answers = 1; ; answers++) {
        try {
          return tidy(readFacts(await ask(prompt, context))).slice(0, maxFacts);
        } catch (error) {
          if (!isWrongAnswer(error) || answers >= maxAnswers) throw error;
        }
      }
    },
    close: () => client.close(),
  };
}

/** A refusal of the request itself, by a server that may not know json_schema. */
function isAboutFormat(error: unknown): boolean {
  return CodedError.isInstance(error) && error.code === "invalid_request" && /response_format|json_schema|schema/i.test(error.message);
}

function isWrongAnswer(error: unknown): boolean {
  return CodedError.isInstance(error) && error.details?.["cause"] === "wrong_answer";
}

function readFacts(answer: OpenAiChatResponse): string[] {
  const [choice] = answer.choices;
  const wrong = (problem: string, cause: string) =>
    new CodedError("inference_failed", `The language model gave no facts: ${problem}.`, { details: { cause } });
  if (choice?.message.refusal) throw wrong("it refused", "refusal");
  if (choice?.finish_reason === "length") throw wrong("its answer was longer than max_tokens", "length");
  const parsed = factsAnswer.safeParse(parseJson(choice?.message.content ?? ""));
  if (!parsed.success) throw wrong("its answer is not the JSON that it was asked for", "wrong_answer");
  return parsed.data;
}

/** JSON, alone or where models put it: after their thoughts, in a fence. */
function parseJson(content: string): unknown {
  const said = content.replace(/^[\s\S]*<\/think>/i, "").trim();
  const fenced = /^```(?:json)?\s*([\s\S]*?)\s*```$/i.exec(said)?.[1] ?? said;
  try {
    return JSON.parse(fenced) as unknown;
  } catch {
    return undefined;
  }
}

function tidy(facts: readonly string[]): string[] {
  const texts = facts.map((fact) => fact.replaceAll(/\s+/g, " ").trim()).filter((fact) => fact !== "");
  return [...new Set(texts)];
}

import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { GenerationRequest, GenerationTimings, SamplingOptions, TokenUsage } from "@repo/contracts/generate-text";
import type { GenerationGrammar } from "@repo/contracts/generation-grammar";
import type { FinishReason } from "@repo/contracts/generate-text";
import type { OpenModel } from "./answerer.ts";

/** A question, before it is known who answers it. */
export interface Question {
  /** With context and history in front. */
  prompt: string;
  sampling: SamplingOptions;
  /** Answers to draw. Default 1. */
  answers?: number | undefined;
  grammar?: GenerationGrammar | undefined;
  /** The grammar in words. Stands behind the prompt where it is not enforced, and where the model has room for it. */
  instruction?: string | undefined;
}

/** Answers as they were drawn. */
export interface DrawnAnswers {
  answers: { text: string; finishReason: FinishReason }[];
  /** Undefined where the server tells none. */
  usage: TokenUsage | undefined;
  timings: Partial<GenerationTimings>;
}

/** Words of an answer as they come. */
export interface DrawnWords {
  /** Number of the answer, from 0. */
  answer: number;
  text: string;
}

/** Rough length of a token, characters; below what any model needs for words. */
const charactersPerToken = 2;
/** Part of what a model reads that may be taken up by the grammar in words. */
const instructionShare = 0.25;

/** The longest answer that this model can give: a question is asked of models of very different sizes. */
async function fitNewTokens(
  { generator, ...model }: OpenModel,
  input: GenerationRequest["input"],
  { asked, characters, context }: { asked: number | undefined; characters: number; context: CallContext },
): Promise<number | undefined> {
  const wanted = asked ?? model.defaultNewTokens;
  if (wanted === undefined) return undefined;
  const most = Math.min(wanted, model.maxNewTokens);
  if (most + characters / charactersPerToken <= model.contextTokens) return most;
  const room = model.contextTokens - (await generator.countTokens(input, context));
  // Without room the server says by how much the prompt is too long.
  return room < 1 ? most : Math.min(most, room);
}

/** The question as this model is asked it. */
async function toRequest(model: OpenModel, question: Question, context: CallContext): Promise<GenerationRequest> {
  const { sampling, answers, grammar, instruction } = question;
  const isFree = grammar === undefined || !model.constrains;
  const hasRoom = (instruction ?? "").length / charactersPerToken <= model.contextTokens * instructionShare;
  const prompt = instruction !== undefined && (isFree || hasRoom) ? `${question.prompt}\n\n${instruction}` : question.prompt;
  const input = model.hasChatTemplate ? { messages: [{ role: "user" as const, content: prompt }] } : { prompt };
  const maxNewTokens = await fitNewTokens(model, input, { asked: sampling.maxNewTokens, characters: prompt.length, context });
  return {
    input,
    sampling: { ...sampling, maxNewTokens },
    answers,
    // A server that does not enforce it may still be told.
    grammar,
  };
}

/** Has a model answer, and tells the words as they come. @param begun called at the first sign of life */
export async function* drawAnswers(
  model: OpenModel,
  question: Question,
  { context, begun }: { context: CallContext; begun: () => void },
): AsyncGenerator<DrawnWords, DrawnAnswers> {
  const request = await toRequest(model, question, context);
  const answers: DrawnAnswers["answers"] = [];
  let end: Pick<DrawnAnswers, "usage" | "timings"> | undefined;
  for await (const event of model.generator.stream(request, context)) {
    begun();
    if (event.type === "token" && event.token.text !== "") yield { answer: event.answer, text: event.token.text };
    else if (event.type === "answer") answers[event.answer] = { text: event.finished.text, finishReason: event.finished.finishReason };
    else if (event.type === "end") {
      const { usage, timings } = event;
      const told = usage.promptTokens + usage.generatedTokens > 0;
      end = { usage: told ? usage : undefined, timings };
    }
  }
  if (end === undefined) throw new CodedError("model_unavailable", "The connection was cut in the middle of the answer.");
  return { answers: answers.filter((answer) => answer !== undefined), ...end };
}

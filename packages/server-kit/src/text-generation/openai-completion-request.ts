import { CodedError } from "@repo/contracts/coded-error";
import { maxAnswersPerRequest, type GenerationRequest } from "@repo/contracts/generate-text";
import { openAiCompletionRequest, type OpenAiCompletionRequest } from "@repo/contracts/openai-completions";
import { readConstraint } from "./read-constraint.ts";
import { readSampling } from "./read-sampling.ts";
import { notSupported, warnOfUnknownFields } from "./unknown-fields.ts";

/** A completion's request, understood: one request of ours per prompt. */
export interface ReadCompletion {
  requests: GenerationRequest[];
  prompts: string[];
  /** Choices per prompt. */
  choices: number;
  isEchoed: boolean;
  withLogprobs: boolean;
  withTop: boolean;
  warnings: string[];
}

/** @throws CodedError invalid_request */
export function readCompletion(body: OpenAiCompletionRequest): ReadCompletion {
  if (typeof body.suffix === "string" && body.suffix !== "") throw notSupported("suffix");
  const prompts = [body.prompt].flat();
  const choices = body.n ?? 1;
  const drawn = Math.max(choices, body.best_of ?? choices);
  if (typeof body.best_of === "number" && body.best_of < choices)
    throw new CodedError("invalid_request", "best_of must not be less than n.", { details: { field: "best_of" } });
  if (prompts.length * drawn > maxAnswersPerRequest) {
    throw new CodedError(
      "invalid_request",
      `${prompts.length} prompts with ${drawn} answers each are more than ${maxAnswersPerRequest} answers.`,
      {
        details: { field: "n" },
      },
    );
  }
  const grammar = readConstraint(body);
  const sampling = readSampling(body, body.max_tokens);
  return {
    requests: prompts.map((prompt) => ({
      input: { prompt },
      sampling,
      answers: drawn,
      ...(grammar === undefined ? {} : { grammar }),
      ...(typeof body.logprobs === "number" && body.logprobs > 0 ? { topTokens: body.logprobs } : {}),
    })),
    prompts,
    choices,
    isEchoed: body.echo === true || body.return_full_text === true,
    withLogprobs: typeof body.logprobs === "number",
    withTop: typeof body.logprobs === "number" && body.logprobs > 0,
    warnings: warnOfUnknownFields(body, openAiCompletionRequest),
  };
}

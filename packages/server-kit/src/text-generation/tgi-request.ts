import { CodedError } from "@repo/contracts/coded-error";
import type { GenerationInput, GenerationRequest } from "@repo/contracts/generate-text";
import { tgiParameters, type TgiParameters } from "@repo/contracts/tgi-generation";
import type { HandlerContext } from "../mount-route.ts";
import { countTokens } from "./count-tokens.ts";
import { readConstraint } from "./read-constraint.ts";
import { readSampling } from "./read-sampling.ts";
import type { TextGenerationHost } from "./text-generation-host.ts";
import { warnOfUnknownFields } from "./unknown-fields.ts";

/** A request of text-generation-inference's as ours. */
export interface TgiRequest {
  request: GenerationRequest;
  /** What of it is not followed. */
  warnings: string[];
  /** Whether alternatives are told. */
  withTop: boolean;
  withDetails: boolean;
}

/**
 * @param known names of parameters that the caller reads itself
 * @throws CodedError invalid_request
 */
export function readTgiRequest(input: GenerationInput, parameters: TgiParameters, known: readonly string[] = []): TgiRequest {
  const warnings = warnOfUnknownFields(parameters, tgiParameters, known);
  const ignored = (name: string, isUsed: boolean, why: string): void => {
    if (isUsed) warnings.push(`${name} ${why}`);
  };
  const { typical_p: typical, top_n_tokens: top, best_of: bestOf } = parameters;
  ignored("typical_p", typeof typical === "number" && typical < 1, "is not known here and was ignored.");
  ignored("watermark", parameters.watermark === true, "is not known here and was ignored.");
  ignored("adapter_id", typeof parameters.adapter_id === "string", "was ignored: this server has one model.");
  ignored("decoder_input_details", parameters.decoder_input_details === true, "was ignored: prefill stays empty.");
  const grammar = readConstraint(parameters);
  return {
    request: {
      input,
      sampling: readSampling(parameters, parameters.max_new_tokens),
      ...(bestOf === undefined || bestOf === null ? {} : { answers: bestOf }),
      ...(grammar === undefined ? {} : { grammar }),
      ...(top === undefined || top === null ? {} : { topTokens: top }),
    },
    warnings,
    withTop: typeof top === "number" && top > 0,
    withDetails: parameters.details === true || parameters.decoder_input_details === true,
  };
}

/**
 * `truncate` cuts a prompt in text-generation-inference. Which tokens a cut would leave is not for a server to guess, so a
 * prompt over it is refused instead.
 * @throws CodedError input_too_long
 */
export async function assertNotTruncated(
  host: TextGenerationHost,
  { input, truncate }: { input: GenerationInput; truncate: number | null | undefined },
  context: HandlerContext,
): Promise<void> {
  if (truncate === undefined || truncate === null) return;
  const tokens = await countTokens(host, input, context);
  if (tokens <= truncate) return;
  throw new CodedError("input_too_long", `The prompt has ${tokens} tokens and truncate says ${truncate}; prompts are not cut here.`, {
    details: { field: "parameters.truncate", tokens, maxTokens: truncate },
  });
}

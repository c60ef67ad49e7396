import { CodedError } from "@repo/contracts/coded-error";
import type { SamplingOptions } from "@repo/contracts/generate-text";

/** Fields of other servers' clients that say how tokens are drawn; see generation-dialects.ts. */
export interface DialectSampling {
  temperature?: number | null | undefined;
  top_p?: number | null | undefined;
  top_k?: number | null | undefined;
  min_p?: number | null | undefined;
  repetition_penalty?: number | null | undefined;
  frequency_penalty?: number | null | undefined;
  presence_penalty?: number | null | undefined;
  stop?: string | string[] | null | undefined;
  seed?: number | null | undefined;
  do_sample?: boolean | null | undefined;
}

/**
 * The same in the capability's words: null is absent, top_p 0 and do_sample false mean the likeliest token as temperature 0
 * does, top_k -1 is off.
 * @param maxNewTokens -1 means absent
 * @throws CodedError invalid_request for an empty stop string
 */
export function readSampling(fields: DialectSampling, maxNewTokens: number | null | undefined): SamplingOptions {
  const isGreedy = fields.do_sample === false || fields.top_p === 0;
  const stop = fields.stop === undefined || fields.stop === null ? undefined : [...new Set([fields.stop].flat())];
  if (stop?.includes("") === true)
    throw new CodedError("invalid_request", "stop: an empty text ends every answer at once; leave it out.", { details: { field: "stop" } });
  return withoutNull({
    maxNewTokens: maxNewTokens === -1 ? undefined : maxNewTokens,
    temperature: isGreedy ? 0 : fields.temperature,
    topP: fields.top_p === 0 ? undefined : fields.top_p,
    topK: fields.top_k === -1 ? 0 : fields.top_k,
    minP: fields.min_p,
    repetitionPenalty: fields.repetition_penalty,
    frequencyPenalty: fields.frequency_penalty,
    presencePenalty: fields.presence_penalty,
    stop,
    seed: fields.seed,
  });
}

type WithoutNull<Fields> = { [Name in keyof Fields]: Exclude<Fields[Name], null> };

function withoutNull<Fields extends object>(fields: Fields): WithoutNull<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as WithoutNull<Fields>;
}

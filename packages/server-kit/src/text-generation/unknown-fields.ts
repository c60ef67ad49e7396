import { CodedError } from "@repo/contracts/coded-error";
import type { z } from "zod";

/** Fields that change nothing about a text: who asks, what for, and how it is billed. */
const harmless = new Set([
  "user",
  "metadata",
  "store",
  "service_tier",
  "safety_identifier",
  "prompt_cache_key",
  "prompt_cache_retention",
  "parallel_tool_calls",
  "options",
  "details",
  "decoder_input_details",
  "fn_index",
  "session_hash",
  "event_data",
  "trigger_id",
  "simple_format",
]);

/** Fields that forbid or demand something of the text: a client that sends one relies on it. */
const demanding = new Set([
  "logit_bias",
  "bad_words",
  "bad_words_ids",
  "force_words_ids",
  "allowed_token_ids",
  "suppress_tokens",
  "stop_token_ids",
  "min_tokens",
  "min_new_tokens",
  "min_length",
  "tools",
  "tool_choice",
  "tool_prompt",
  "functions",
  "function_call",
  "modalities",
  "audio",
  "images",
  "prediction",
  "web_search_options",
]);
const demandingNames = /^guided_|schema|grammar|regex|ebnf|lark|gbnf|structural|constraint|choice/i;

type Fields = Readonly<Record<string, unknown>>;

/**
 * What of a body nobody reads. Fields that only shape the sampling are told as warnings; one that demands something of the
 * text is refused by name, for a text without it would be a wrong answer with status 200.
 * @param known the body's schema: its fields are read elsewhere
 * @param alsoKnown further fields that are read elsewhere
 * @throws CodedError invalid_request
 */
export function warnOfUnknownFields(body: Fields, known: z.ZodObject, alsoKnown: readonly string[] = []): string[] {
  const warnings: string[] = [];
  for (const [name, value] of Object.entries(body)) {
    if (name in known.shape || alsoKnown.includes(name) || isNothing(value)) continue;
    if (demanding.has(name) || (demandingNames.test(name) && !harmless.has(name))) throw notSupported(name);
    if (!harmless.has(name)) warnings.push(`${name.slice(0, 60)} is not known here and was ignored.`);
  }
  return warnings.slice(0, maxWarnings);
}

const maxWarnings = 20;

/** @throws CodedError invalid_request that names the field */
export function notSupported(field: string, advice = ""): CodedError {
  return new CodedError("invalid_request", `${field.slice(0, 60)} is not supported by this server.${advice === "" ? "" : ` ${advice}`}`, {
    details: { field: field.slice(0, 60) },
  });
}

/** Values by which clients say that they do not use a field. */
function isNothing(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === "none") return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === "object" && Object.keys(value).length === 0;
}

/** The field of an answer, where there is something to tell. */
export function toWarnings(warnings: readonly string[]): { warnings?: string[] } {
  return warnings.length === 0 ? {} : { warnings: [...warnings] };
}

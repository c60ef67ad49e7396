import { CodedError } from "@repo/contracts/coded-error";
import type { ChatTurn, GenerationRequest } from "@repo/contracts/generate-text";
import { openAiServedChatRequest, type OpenAiServedChatRequest, type OpenAiServedMessage } from "@repo/contracts/openai-chat-completions";
import { readConstraint } from "./read-constraint.ts";
import { readSampling } from "./read-sampling.ts";
import { notSupported, warnOfUnknownFields } from "./unknown-fields.ts";

/** A chat completion's request as ours. */
export interface ReadChatRequest {
  request: GenerationRequest;
  warnings: string[];
  withLogprobs: boolean;
}

/** @throws CodedError invalid_request for what a text model cannot do, by name */
export function readChatRequest(body: OpenAiServedChatRequest): ReadChatRequest {
  assertNoTools(body);
  const withLogprobs = body.logprobs === true;
  if (!withLogprobs && typeof body.top_logprobs === "number" && body.top_logprobs > 0)
    throw new CodedError("invalid_request", "top_logprobs needs logprobs: true.", { details: { field: "top_logprobs" } });
  const grammar = readConstraint(body);
  const topTokens = withLogprobs ? (body.top_logprobs ?? 0) : 0;
  return {
    request: {
      input: { messages: body.messages.map(toTurn) },
      sampling: readSampling(body, body.max_completion_tokens ?? body.max_tokens),
      ...(typeof body.n === "number" ? { answers: body.n } : {}),
      ...(grammar === undefined ? {} : { grammar }),
      ...(topTokens === 0 ? {} : { topTokens }),
    },
    warnings: warnOfUnknownFields(body, openAiServedChatRequest),
    withLogprobs,
  };
}

/** Tools that may not be called change nothing; all others would be promised and never called. */
function assertNoTools({ tools, tool_choice: choice }: OpenAiServedChatRequest): void {
  const hasTools = Array.isArray(tools) && tools.length > 0;
  if (hasTools && choice !== "none")
    throw notSupported("tools", "Ask for the arguments as JSON with response_format json_schema, or send tool_choice none.");
  const isFree = choice === undefined || choice === null || choice === "none" || choice === "auto";
  if (!isFree) throw notSupported("tool_choice");
}

const roles: Readonly<Record<string, ChatTurn["role"]>> = { system: "system", developer: "system", user: "user", assistant: "assistant" };

function toTurn(message: OpenAiServedMessage, index: number): ChatTurn {
  const field = `messages.${index}`;
  const role = Object.hasOwn(roles, message.role) ? roles[message.role] : undefined;
  if (role === undefined) throw refused(`${field}.role`, "must be system, developer, user or assistant");
  for (const name of ["tool_calls", "function_call", "audio"]) {
    const value = message[name];
    if (value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0)) throw notSupported(`${field}.${name}`);
  }
  const { content } = message;
  if (content === undefined || content === null) {
    if (role === "assistant") return { role, content: "" };
    throw refused(`${field}.content`, "is missing");
  }
  if (typeof content === "string") return { role, content };
  const texts = content.map((part, at) => {
    if (part.type === "text" && part.text !== undefined) return part.text;
    if (part.type === "text") throw refused(`${field}.content.${at}.text`, "is missing");
    throw notSupported(`${field}.content.${at}.type`, "This model reads parts of type text.");
  });
  return { role, content: texts.join("") };
}

function refused(field: string, what: string): CodedError {
  return new CodedError("invalid_request", `${field} ${what}.`, { details: { field } });
}

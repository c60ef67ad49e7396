import { isOtherWire, noTextIn, type TextWire } from "./text-wire.ts";
import { openAiChatRoute, type OpenAiChatRequest } from "@repo/contracts/openai-chat";
import type { SpaceClient } from "./create-space-client.ts";

/** Asks a server by OpenAI's protocol (`POST /v1/chat/completions`): vLLM, llama.cpp, Ollama, text-generation-inference. */
export function createOpenAiTextWire(space: SpaceClient, model = "default"): TextWire {
  const { path } = openAiChatRoute;
  const what = `POST ${path} of ${space.address.baseUrl}`;
  let knowsSchemas = true;
  return {
    facts: { kind: "openai", path, constrains: false, drawsSeveral: false, streams: false },
    async ask({ input, sampling, grammar }, context) {
      const request: OpenAiChatRequest = {
        model,
        messages: "prompt" in input ? [{ role: "user", content: input.prompt }] : [...input.messages],
        ...(sampling.temperature === undefined ? {} : { temperature: Math.min(2, sampling.temperature) }),
        ...(sampling.maxNewTokens === undefined ? {} : { max_tokens: sampling.maxNewTokens }),
      };
      const format = toResponseFormat(grammar);
      const send = async (body: OpenAiChatRequest) => await space.call(openAiChatRoute, body, context);
      const first = knowsSchemas && format !== undefined ? { ...request, response_format: format } : request;
      const answer = await send(first).catch(async (error: unknown) => {
        // A server that does not know schemas may refuse them; what it answers is checked in any case.
        if (first === request || !isOtherWire(error)) throw error;
        const plain = await send(request);
        knowsSchemas = false;
        return plain;
      });
      const [choice] = answer.choices;
      const text = choice?.message.content;
      if (typeof text !== "string") throw noTextIn(what, choice?.message.refusal ?? "the model refused");
      const { usage } = answer;
      return {
        text,
        finishReason: choice?.finish_reason === "length" ? "length" : "eos",
        model: answer.model ?? undefined,
        usage: usage ? { promptTokens: usage.prompt_tokens, cachedTokens: 0, generatedTokens: usage.completion_tokens } : undefined,
      };
    },
  };
}

function toResponseFormat(grammar: Parameters<TextWire["ask"]>[0]["grammar"]): OpenAiChatRequest["response_format"] {
  if (grammar?.type === "json_object") return { type: "json_object" };
  if (grammar?.type !== "json_schema" || typeof grammar.schema === "boolean") return undefined;
  return { type: "json_schema", json_schema: { name: "answer", schema: grammar.schema, strict: true } };
}

import type { LanguageModelIdentity } from "@repo/contracts/generate-text";
import type { HandlerContext } from "../mount-route.ts";

/** What every answer and every event of OpenAI's routes begins with. */
export interface OpenAiHead<Kind extends string> {
  id: string;
  object: Kind;
  created: number;
  model: string;
  system_fingerprint: string;
}

/** Clients send any model's name, even an address, and some compare the answer's with it; the real one is in x-model. */
export function toOpenAiHead<Kind extends string>(
  object: Kind,
  { requested, identity, context }: { requested: string | null | undefined; identity: LanguageModelIdentity; context: HandlerContext },
): OpenAiHead<Kind> {
  return {
    id: `${object === "text_completion" ? "cmpl" : "chatcmpl"}-${context.requestId}`,
    object,
    created: Math.floor(Date.now() / 1000),
    model: requested ?? identity.model,
    system_fingerprint: identity.revision,
  };
}

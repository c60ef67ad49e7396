import { CodedError } from "@repo/contracts/coded-error";
import type { GenerationInput } from "@repo/contracts/generate-text";
import type { HandlerContext } from "../mount-route.ts";
import type { TextGenerationHost } from "./text-generation-host.ts";

/** Longer texts than any that could fit, and long enough for budgets of texts that are to be cut. */
const maxCharactersPerToken = 64;

/**
 * Tokens of a prompt. A text that is many times as long as the context is not counted: that takes seconds, and says nothing that its
 * length does not say.
 * @throws CodedError input_too_long
 */
export async function countTokens(host: TextGenerationHost, input: GenerationInput, context: HandlerContext): Promise<number> {
  const service = await host.service();
  const { contextTokens } = await service.info(context);
  const characters = "prompt" in input ? input.prompt.length : input.messages.reduce((sum, { content }) => sum + content.length, 0);
  const maxCharacters = contextTokens * maxCharactersPerToken;
  if (characters > maxCharacters) {
    throw new CodedError("input_too_long", `The text has ${characters} characters; at most ${maxCharacters} are counted.`, {
      details: { characters, maxCharacters },
    });
  }
  return await service.countTokens(input, context);
}

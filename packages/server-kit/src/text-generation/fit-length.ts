import type { GenerationInput, GenerationRequest } from "@repo/contracts/generate-text";
import type { HandlerContext } from "../mount-route.ts";
import type { TextGenerationHost } from "./text-generation-host.ts";

/** Prompts with more characters per token of the context are left to the service, which knows early that they are too long. */
const maxCharactersPerToken = 16;
/** Tokens that a chat template may put around a turn. */
const templateTokensPerTurn = 64;

/**
 * A longest answer is a bound and no demand: the original's client asks for 1,024 tokens and the memory-server for 2,000, whatever the
 * model is. Where the context has no room for so many, the bound is lowered and the answer says so. A prompt that leaves no room
 * at all stays as it is, for the service to refuse.
 */
export async function fitLength(
  host: TextGenerationHost,
  request: GenerationRequest,
  context: HandlerContext,
): Promise<{ request: GenerationRequest; warnings: string[] }> {
  const asked = { request, warnings: [] };
  const wanted = request.sampling?.maxNewTokens;
  if (wanted === undefined) return asked;
  const service = await host.service();
  const { maxNewTokens, contextTokens } = await service.info(context);
  const { characters, bytes, turns } = measure(request.input);
  // A token is at least one byte, so that most requests need no counting.
  const isSurelyShort = wanted <= maxNewTokens && wanted + bytes + turns * templateTokensPerTurn <= contextTokens;
  if (isSurelyShort || characters > contextTokens * maxCharactersPerToken) return asked;
  const room = Math.min(maxNewTokens, contextTokens - (await service.countTokens(request.input, context)));
  if (wanted <= room || room < 1) return asked;
  return {
    request: { ...request, sampling: { ...request.sampling, maxNewTokens: room } },
    warnings: [`The longest answer was lowered from ${wanted} tokens to ${room}, the most that there is room for.`],
  };
}

function measure(input: GenerationInput): { characters: number; bytes: number; turns: number } {
  const texts = "prompt" in input ? [input.prompt] : input.messages.map(({ content }) => content);
  const characters = texts.reduce((sum, text) => sum + text.length, 0);
  return { characters, bytes: texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0), turns: texts.length };
}

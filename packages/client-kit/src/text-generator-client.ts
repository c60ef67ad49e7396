import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { LanguageModelIdentity, LanguageModelInfo, TextGenerator } from "@repo/contracts/generate-text";
import { countTokensRoute, generateTextRoute, generateTextStreamRoute } from "@repo/contracts/generate-text-routes";
import { createEventReader, toGenerateTextBody, toGenerationResult, toInputFields } from "@repo/contracts/generate-text-wire";
import { generationInfoRoute, toLanguageModelInfo } from "@repo/contracts/generation-info";
import { createSpaceClient, type SpaceClient, type SpaceClientOptions } from "./create-space-client.ts";

/** A Space as a TextGenerator. */
export interface TextGeneratorClient extends TextGenerator {
  readonly space: SpaceClient;
  /** Which model answered last; undefined before the first answer. */
  identity(): LanguageModelIdentity | undefined;
  /** Has the Space write a single token and says which model did, e.g. for a "Test Connection". */
  probe(context?: CallContext): Promise<LanguageModelIdentity>;
}

/** A small model on two cores writes some twenty tokens per second, and others may stand in the queue before. */
const defaultTimeoutMs = 120_000;

/**
 * Has a Space write text. Calls have the space client's deadline, wake-up, retries and circuit breaker; a stream has them
 * up to its first token, after which an error ends it. Leaving the loop, or the context's signal, ends the connection, and
 * with it the work at the Space.
 * @throws what SpaceClient.call throws: invalid_request for sampling out of range or a grammar that is not supported,
 * input_too_long for a prompt that leaves no room, overloaded after the last retry
 */
export function createTextGeneratorClient(spaceOrOptions: SpaceClient | SpaceClientOptions): TextGeneratorClient {
  const space = "call" in spaceOrOptions ? spaceOrOptions : createSpaceClient({ timeoutMs: defaultTimeoutMs, ...spaceOrOptions });
  let known: LanguageModelIdentity | undefined;
  const remember = ({ model, revision }: LanguageModelIdentity): LanguageModelIdentity => (known = { model, revision });

  return {
    space,
    identity: () => known,
    async info(context): Promise<LanguageModelInfo> {
      const info = toLanguageModelInfo(await space.call(generationInfoRoute, undefined, context));
      remember(info);
      return info;
    },
    async generate(request, context) {
      const answer = await space.call(generateTextRoute, toGenerateTextBody(request), context);
      remember(answer);
      return toGenerationResult(answer);
    },
    async *stream(request, context) {
      const read = createEventReader();
      for await (const event of space.stream(generateTextStreamRoute, toGenerateTextBody(request), context)) {
        if (event.type === "end") remember(event);
        yield read(event);
        if (event.type === "end") return;
      }
      // A proxy that gives up ends a stream as politely as a Space that is done.
      throw new CodedError("model_unavailable", `${space.address.baseUrl} stopped in the middle of its answer.`, {
        details: { cause: "cut" },
      });
    },
    async countTokens(input, context) {
      return (await space.call(countTokensRoute, toInputFields(input), context)).tokens;
    },
    async probe(context) {
      const body = { prompt: "Hello", max_new_tokens: 1, temperature: 0 };
      return remember(await space.call(generateTextRoute, body, context));
    },
  };
}

import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import { generationInfoResponse } from "@repo/contracts/generation-info";
import { createSpaceClient, type SpaceClient, type SpaceClientOptions } from "./create-space-client.ts";
import { createForeignTextGenerator, type ForeignTextOptions } from "./foreign-text-generator.ts";
import { createTextGeneratorClient, type TextGeneratorClient } from "./text-generator-client.ts";
import { isOtherWire, type TextWireFacts } from "./text-wire.ts";

/** A server that writes text, of our make or another. */
export interface AdaptiveTextGenerator extends TextGeneratorClient {
  /** How the server is asked; undefined before it was found out. */
  wire(): TextWireFacts | undefined;
  /** Finds it out: our own by looking at /info, others by a question of one word. */
  detect(context?: CallContext): Promise<TextWireFacts>;
}

const defaultTimeoutMs = 120_000;

const ownFacts: TextWireFacts = { kind: "outpost", path: "/generate-text", constrains: true, drawsSeveral: true, streams: true };

/** Statuses that say nothing about what stands behind them. */
const guardedStatuses = [401, 403, 429];

/**
 * Has any server write text: a Space of ours by its own route, with everything that a TextGenerator can do; another one as
 * ForeignTextGenerator says.
 * @throws what TextGeneratorClient and ForeignTextGenerator throw
 */
export function createAdaptiveTextGenerator(
  spaceOrOptions: SpaceClient | SpaceClientOptions,
  options: ForeignTextOptions = {},
): AdaptiveTextGenerator {
  const space = "call" in spaceOrOptions ? spaceOrOptions : createSpaceClient({ timeoutMs: defaultTimeoutMs, ...spaceOrOptions });
  const native = createTextGeneratorClient(space);
  const foreign = createForeignTextGenerator(space, options);
  let isOurs = false;

  /** @returns false for a server of another make */
  async function lookForOurs(context: CallContext): Promise<boolean> {
    if (isOurs || foreign.wire() !== undefined) return isOurs;
    const answer = await space.get("/info", context).catch((error: unknown) => {
      if (context.signal?.aborted === true) throw error;
      return undefined;
    });
    if (answer?.status === 200 && generationInfoResponse.safeParse(answer.json).success) return (isOurs = true);
    // Only an answer of a server that is awake says that it is none of ours.
    const isAwake = answer !== undefined && !answer.isHtml && answer.status < 500 && !guardedStatuses.includes(answer.status);
    if (isAwake) return false;
    try {
      await native.info(context);
      return (isOurs = true);
    } catch (error) {
      if (isOtherWire(error)) return false;
      throw error;
    }
  }

  return {
    space,
    wire: () => (isOurs ? ownFacts : foreign.wire()),
    detect: async (context = {}) => ((await lookForOurs(context)) ? ownFacts : await foreign.detect(context)),
    identity: () => (isOurs ? native : foreign).identity(),
    info: async (context = {}) => ((await lookForOurs(context)) ? await native.info(context) : await foreign.info(context)),
    generate: async (request, context = {}) =>
      (await lookForOurs(context)) ? await native.generate(request, context) : await foreign.generate(request, context),
    async *stream(request, context = {}) {
      yield* (await lookForOurs(context)) ? native.stream(request, context) : foreign.stream(request, context);
    },
    async countTokens(input, context = {}) {
      if (await lookForOurs(context)) return await native.countTokens(input, context);
      throw new CodedError("invalid_request", `${space.address.baseUrl} does not count tokens.`);
    },
    probe: async (context = {}) => ((await lookForOurs(context)) ? await native.probe(context) : await foreign.probe(context)),
  };
}

import { createSpaceClient, type SpaceClient } from "@repo/client-kit/create-space-client";
import { createLocalService, type LocalService } from "@repo/client-kit/local-service";
import { modelMismatch } from "@repo/client-kit/model-mismatch";
import { createVisualEmbedderClient } from "@repo/client-kit/visual-embedder-client";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import { isSameModel, type ModelIdentity } from "@repo/contracts/model-info";
import { maxImagesPerRequest, type VisualEmbedder } from "@repo/contracts/visual-embedding";
import type { Logger } from "@repo/server-kit/log";
import type { CallPrices } from "./ai-calls/budget.ts";
import type { CallLog, CallPurpose } from "./ai-calls/call-log.ts";
import { type CallRecorder, createCallRecorder } from "./ai-calls/call-recorder.ts";
import type { CatalogueEmbedder } from "./catalogue-embedder.ts";
import { type Config, vectorDimensions } from "./config.ts";
import { type CallOne, createOneImageForm, isOtherServer } from "./one-image-form.ts";

/** How the model does, for the health route and the pages. */
export interface VisualStatus {
  /** space: a server answers, perhaps with the same model in this process behind it; local: this process does; off: nobody. */
  mode: "space" | "local" | "off";
  /** awake, warming, down, unknown or off. */
  state: string;
  answeredBy: "primary" | "fallback" | "none";
  /** What is wrong and what to do, for people; null when nothing is. */
  message: string | null;
  /** Of the last answer; null before the first one. */
  model: ModelIdentity | null;
}

/** What pdf-extractor knows of the model it uses. The only place where it is reached. */
export interface Spaces {
  /** @param purpose what the log says the calls are for */
  embedderFor(purpose: CallPurpose): CatalogueEmbedder;
  status(): VisualStatus;
  /** Starts waking a sleeping Space, in the background. */
  wake(): void;
  close(): Promise<void>;
}

/** What {@link createSpaces} works with. */
export interface SpacesOptions {
  config: Config;
  log: Logger;
  calls: CallLog;
  /** The model of the stored vectors, undefined before the first ones: only it may stand in for the Space. */
  storedIdentity: () => Promise<ModelIdentity | undefined>;
}

/** What only another place to compute can help against. */
const unavailableCodes = new Set<string>(["model_unavailable", "deadline_exceeded"]);

/** What calls cost at the Space, and what may be spent. */
export function toCallPrices(config: Config): CallPrices {
  return { perImage: config.COST_PER_IMAGE_USD, perText: config.COST_PER_TEXT_USD, perDay: config.BUDGET_PER_DAY_USD };
}

/** The Space's own service in this process, loaded when it is first needed: same code, same model, no HTTP. */
function createLocal({ MODEL }: Config): LocalModel {
  return createLocalService({
    importPackage: async () => await import("@repo/siglip-embed/service"),
    absent: "The model cannot run inside this process: the optional package @repo/siglip-embed is not installed here.",
    create: async ({ createService }) => await createService({ MODEL }),
  });
}

type LocalModel = LocalService<VisualEmbedder>;

/** The model that must answer by the configuration; undefined: any one. */
function toExpectedModel(config: Config): string | undefined {
  return config.HUGGINGFACE_SIGLIP_MODEL ?? config.VISUAL_EMBEDDING_PRIMARY_MODEL;
}

function assertExpected(config: Config, who: string, identity: ModelIdentity): void {
  if (identity.dimensions !== vectorDimensions) {
    throw new CodedError("model_mismatch", `${who} makes vectors of ${identity.dimensions} numbers; this app stores ${vectorDimensions}.`);
  }
  const expected = toExpectedModel(config);
  if (expected !== undefined && identity.model !== expected)
    throw new CodedError("model_mismatch", `${who} serves ${identity.model}, and the configuration says ${expected}.`);
}

type Ask<Answer> = (embedder: VisualEmbedder, context: CallContext) => Promise<Answer>;

/** Makes a call, wherever that is done. */
type MakeCall = <Answer extends { identity: ModelIdentity }>(
  call: CallPurpose & { batchSize: number; cost: number },
  context: CallContext | undefined,
  ask: Ask<Answer>,
) => Promise<Answer>;

function toEmbedderFor(makeCall: MakeCall, prices: CallPrices): Spaces["embedderFor"] {
  return (purpose) => {
    const ofImages = (images: readonly unknown[]) => ({ ...purpose, batchSize: images.length, cost: images.length * prices.perImage });
    const ofTexts = (texts: readonly unknown[]) => ({ ...purpose, batchSize: texts.length, cost: texts.length * prices.perText });
    return {
      embedImages: async (images, context) =>
        await makeCall(ofImages(images), context, async (embedder, inner) => await embedder.embedImages(images, inner)),
      embedTexts: async (texts, context) =>
        await makeCall(ofTexts(texts), context, async (embedder, inner) => await embedder.embedTexts(texts, inner)),
      embedAspects: async (images, options, context) =>
        await makeCall(ofImages(images), context, async (embedder, inner) => await embedder.embedAspects(images, options, inner)),
      embedTextAspects: async (texts, options, context) =>
        await makeCall(ofTexts(texts), context, async (embedder, inner) => await embedder.embedTextAspects(texts, options, inner)),
    };
  };
}

interface LocalCaller {
  call: MakeCall;
  identity(): ModelIdentity | undefined;
}

function createLocalCaller(local: LocalModel, recorder: CallRecorder, config: Config): LocalCaller {
  let identity: ModelIdentity | undefined;
  return {
    identity: () => identity,
    async call(call, context, ask) {
      const service = await local.load();
      const { model, revision, dimensions } = await service.info(context);
      identity = { model, revision, dimensions };
      assertExpected(config, "The model in this process", identity);
      // Nobody sends a bill for this process.
      const recorded = { ...call, cost: 0, toModelName: () => model };
      return await recorder.locally(recorded, async () => await ask(service, context ?? {}));
    },
  };
}

function connectRemote(url: string, { config, log, calls, storedIdentity }: SpacesOptions): Spaces {
  const recorder = createCallRecorder(calls, (error) => log.error({ err: error }, "a call cannot be logged"));
  const space = createSpaceClient({
    url,
    token: config.HUGGINGFACE_API_KEY?.reveal(),
    apiKey: config.HF_SPACE_API_KEY?.reveal(),
    timeoutMs: config.HUGGINGFACE_TIMEOUT * 1_000,
    wakeBudgetMs: config.SPACE_WAKE_BUDGET_MS,
    maxAttempts: config.HUGGINGFACE_MAX_RETRIES + 1,
    onAttempt: recorder.onAttempt,
  });
  // What is given to embedderFor is one request, and so one line of the log.
  const createClient = () => createVisualEmbedderClient(space, { maxImagesPerCall: maxImagesPerRequest, maxBytesPerCall: Infinity });
  let client = createClient();
  const local = mayFallBack(config, log) ? createLocal(config) : undefined;
  const localCaller = local && createLocalCaller(local, recorder, config);
  let lastIdentity: ModelIdentity | undefined;
  let answeredBy: "primary" | "fallback" = "primary";

  const callRemotely: MakeCall = async (call, context = {}, ask) => {
    const toModelName = (identity: ModelIdentity | undefined): string =>
      `huggingface/${(identity ?? lastIdentity)?.model ?? toExpectedModel(config) ?? "unknown"}`;
    const answer = await recorder.remotely({ ...call, toModelName }, context, async (inner) => {
      const answered = await ask(client, inner).catch((error: unknown) => {
        // It serves another model since: whether that is the stored vectors', the store says.
        if (CodedError.isInstance(error) && error.code === "model_mismatch") client = createClient();
        throw error;
      });
      assertExpected(config, "The Space", answered.identity);
      return answered;
    });
    lastIdentity = answer.identity;
    answeredBy = "primary";
    return answer;
  };
  /** Only the model whose vectors are in use may stand in. */
  const callLocally: MakeCall = async (call, context, ask) => {
    const expected = lastIdentity ?? (await storedIdentity());
    const answer = await (localCaller as LocalCaller).call(call, context, async (service, inner) => {
      const { model, revision, dimensions } = await service.info(inner);
      const identity = { model, revision, dimensions };
      if (expected !== undefined && !isSameModel(expected, identity)) throw modelMismatch("The model in this process", expected, identity);
      return await ask(service, inner);
    });
    answeredBy = "fallback";
    return answer;
  };
  const isUp = (): boolean => {
    const { state, circuit } = space.getState();
    return (state === "awake" || state === "unknown") && circuit !== "open";
  };
  const call: MakeCall = async (purpose, context, ask) => {
    const hasLocal = local?.mayWork() === true;
    if (hasLocal && !isUp()) {
      space.wake();
      return await callLocally(purpose, context, ask).catch(async (error: unknown) => {
        if (local?.mayWork() ?? false) throw error;
        return await callRemotely(purpose, context, ask);
      });
    }
    try {
      return await callRemotely(purpose, context, ask);
    } catch (error) {
      if (!hasLocal || !CodedError.isInstance(error) || !unavailableCodes.has(error.code) || context?.signal?.aborted === true) throw error;
      log.warn({ reason: error.message }, "the Space does not answer; the same model in this process does");
      // Without the package, or with another model in it, the Space's own error is the best there is.
      return await callLocally(purpose, context, ask).catch((second: unknown) => {
        throw (local?.mayWork() ?? false) ? second : error;
      });
    }
  };
  const ofSpace = toEmbedderFor(call, toCallPrices(config));
  return {
    embedderFor: config.SIGLIP_SPACE_URL === undefined ? orInOneImageForm(ofSpace, { space, config, callRemotely }) : ofSpace,
    status: () => {
      const { state, circuit, reason, estimateMs } = space.getState();
      const isDown = state === "down" || state === "warming" || circuit === "open";
      const standsIn = isDown && answeredBy === "fallback";
      const seconds = estimateMs === undefined ? "" : `, about ${Math.max(1, Math.round(estimateMs / 1_000))} s to go`;
      const message = standsIn
        ? `The Space cannot be reached; the same model inside this app answers meanwhile.`
        : state === "warming"
          ? `Waking the Space${seconds} …`
          : isDown
            ? `The Space cannot be reached. ${reason ?? ""}`.trim()
            : null;
      const model = lastIdentity ?? localCaller?.identity() ?? null;
      return { mode: "space", state, answeredBy: standsIn ? "fallback" : isDown ? "none" : "primary", message, model };
    },
    wake: space.wake,
    close: async () => {
      space.close();
      await local?.close();
    },
  };
}

/**
 * HUGGINGFACE_API_URL may name a server of the original's form too, which the first call finds out. Nothing stands in for such a
 * server: it does not say which weights it has.
 */
function orInOneImageForm(
  ofSpace: Spaces["embedderFor"],
  { space, config, callRemotely }: { space: SpaceClient; config: Config; callRemotely: MakeCall },
): Spaces["embedderFor"] {
  const { perImage, perText } = toCallPrices(config);
  const toEmbedder = createOneImageForm({ space, model: toExpectedModel(config), imagesAtOnce: config.HUGGINGFACE_BATCH_SIZE });
  let isSpace = true;
  return (purpose) => {
    const whole = ofSpace(purpose);
    const callOne: CallOne = async (what, context, ask) =>
      await callRemotely(
        { ...purpose, batchSize: 1, cost: what === "image" ? perImage : perText },
        context,
        async (_, inner) => await ask(inner),
      );
    const single = toEmbedder(callOne);
    const either = async <Answer>(ask: (embedder: CatalogueEmbedder) => Promise<Answer>): Promise<Answer> => {
      if (isSpace) {
        try {
          return await ask(whole);
        } catch (error) {
          if (!isOtherServer(error)) throw error;
        }
      }
      const answer = await ask(single);
      isSpace = false;
      return answer;
    };
    return {
      embedImages: async (...given) => await either(async (embedder) => await embedder.embedImages(...given)),
      embedTexts: async (...given) => await either(async (embedder) => await embedder.embedTexts(...given)),
      embedAspects: async (...given) => await either(async (embedder) => await embedder.embedAspects(...given)),
      embedTextAspects: async (...given) => await either(async (embedder) => await embedder.embedTextAspects(...given)),
    };
  };
}

/** Another model's vectors are of no use here, so a fallback of another name is none. */
function mayFallBack(config: Config, log: Logger): boolean {
  const [primary, fallback] = [toExpectedModel(config), config.VISUAL_EMBEDDING_FALLBACK_MODEL];
  if (config.LOCAL_FALLBACK && fallback !== undefined && fallback !== primary) {
    log.warn(
      { fallback, primary },
      "VISUAL_EMBEDDING_FALLBACK_MODEL is another model than VISUAL_EMBEDDING_PRIMARY_MODEL: their vectors cannot be compared, so nothing stands in for the Space",
    );
    return false;
  }
  return config.LOCAL_FALLBACK;
}

function connectLocal({ config, log, calls }: SpacesOptions): Spaces {
  const recorder = createCallRecorder(calls, (error) => log.error({ err: error }, "a call cannot be logged"));
  const local = createLocal(config);
  const caller = createLocalCaller(local, recorder, config);
  let problem: string | null = null;
  const call: MakeCall = async (purpose, context, ask) => {
    try {
      const answer = await caller.call(purpose, context, ask);
      problem = null;
      return answer;
    } catch (error) {
      if (CodedError.isInstance(error) && error.code === "model_unavailable" && !local.mayWork())
        problem = `${error.message} Set SIGLIP_SPACE_URL to the address of a siglip-embed Space.`;
      throw error;
    }
  };
  return {
    embedderFor: toEmbedderFor(call, toCallPrices(config)),
    status: () => ({
      mode: "local",
      state: problem === null ? (local.isLoaded() ? "awake" : "unknown") : "down",
      answeredBy: problem === null ? "primary" : "none",
      message: problem,
      model: caller.identity() ?? null,
    }),
    wake: () => undefined,
    close: local.close,
  };
}

function connectNobody(): Spaces {
  const message = "Nothing is embedded here: VISUAL_EMBEDDING_ENABLED is false.";
  const refuse: MakeCall = async () => await Promise.reject(new CodedError("model_unavailable", message));
  return {
    embedderFor: toEmbedderFor(refuse, { perImage: 0, perText: 0, perDay: undefined }),
    status: () => ({ mode: "off", state: "off", answeredBy: "none", message, model: null }),
    wake: () => undefined,
    close: async () => await Promise.resolve(),
  };
}

/**
 * The model as the configuration says: nobody, this process, or a Space with the same model in this process behind it.
 * @throws CodedError invalid_request when the Space is asked for and has no address
 */
export function createSpaces(options: SpacesOptions): Spaces {
  const { config } = options;
  if (!config.VISUAL_EMBEDDING_ENABLED) return connectNobody();
  const url = config.SIGLIP_SPACE_URL ?? config.HUGGINGFACE_API_URL;
  const mode = config.VISUAL_EMBEDDING_MODE ?? (url === undefined ? "local" : "remote");
  if (mode === "local") return connectLocal(options);
  if (url === undefined) {
    throw new CodedError(
      "invalid_request",
      "VISUAL_EMBEDDING_MODE is remote: set SIGLIP_SPACE_URL to the address of a siglip-embed Space, or use local.",
    );
  }
  return connectRemote(url, options);
}

import { createHuggingFaceEmbedder } from "@repo/client-kit/hugging-face-inference";
import { createSpaceClient, type SpaceClient } from "@repo/client-kit/create-space-client";
import { diagnoseSpace } from "@repo/client-kit/diagnose-space";
import { type FallbackTextEmbedder, withFallback } from "@repo/client-kit/fallback";
import { loadOnce } from "@repo/client-kit/load-once";
import { createTextEmbedderClient, type TextEmbedderClient } from "@repo/client-kit/text-embedder-client";
import { CodedError } from "@repo/contracts/coded-error";
import type { TextEmbedder } from "@repo/contracts/embed-text";
import type { FilmHealth } from "@repo/contracts/film-recommendations";
import type { ModelIdentity } from "@repo/contracts/model-info";
import type { Logger } from "@repo/server-kit/log";
import type { Config } from "./config.ts";

/** What cinematch knows of the models it uses. The only place where they are reached. */
export interface Spaces {
  /** Undefined when only words are compared. */
  embedder: TextEmbedder | undefined;
  status(): FilmHealth["space"];
  /** Starts waking a sleeping Space, in the background. */
  wake(): void;
  close(): Promise<void>;
}

type LocalService = TextEmbedder & { close(): Promise<void> };

/** The Space's own service inside this process: same code, same model, no HTTP. */
function createLocalEmbedder(config: Config): { load: () => Promise<LocalService>; close: () => Promise<void> } {
  let loaded: LocalService | undefined;
  const load = loadOnce(async (): Promise<LocalService> => {
    const service = await import("@repo/minilm-embed/service").catch((cause: unknown) => {
      throw new CodedError(
        "model_unavailable",
        "The model cannot run inside this process: the optional package @repo/minilm-embed is not installed here.",
        { cause },
      );
    });
    loaded = await service.createService({ MODEL: config.MODEL });
    return loaded;
  });
  return { load, close: async () => await loaded?.close() };
}

function createKeywordOnly(): Spaces {
  const status = {
    mode: "keyword-only",
    state: "off",
    answeredBy: "none",
    message: "Only words are compared (KEYWORD_ONLY_MODE).",
  } as const;
  return { embedder: undefined, status: () => status, wake: () => undefined, close: async () => await Promise.resolve() };
}

function createLocal(config: Config): Spaces {
  const local = createLocalEmbedder(config);
  let problem: string | null = null;
  const service = async (): Promise<LocalService> => {
    try {
      const loaded = await local.load();
      problem = null;
      return loaded;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      throw error;
    }
  };
  return {
    embedder: {
      info: async (context) => await (await service()).info(context),
      embed: async (request, context) => await (await service()).embed(request, context),
    },
    status: () => ({
      mode: "local",
      state: problem === null ? "awake" : "down",
      answeredBy: problem === null ? "primary" : "none",
      message: problem,
    }),
    wake: () => undefined,
    close: local.close,
  };
}

function createHosted(token: string): Spaces {
  return {
    embedder: createHuggingFaceEmbedder({ token }),
    status: () => ({ mode: "hosted", state: "unknown", answeredBy: "primary", message: null }),
    wake: () => undefined,
    close: async () => await Promise.resolve(),
  };
}

/** Time between two diagnoses of a Space that stays down, milliseconds: each one asks the Hub as well. */
const diagnosisIntervalMs = 60_000;

/**
 * Finds out what is wrong with a Space while it is down, in the background; gives what is known so far, with the fix.
 */
function createDoctor(space: SpaceClient, client: TextEmbedderClient): () => string | undefined {
  let asked = 0;
  let finding: string | undefined;
  return () => {
    const { state, circuit } = space.getState();
    if (state !== "down" && state !== "warming" && circuit !== "open") {
      finding = undefined;
      asked = 0;
    } else if (Date.now() - asked > diagnosisIntervalMs) {
      asked = Date.now();
      diagnoseSpace(space, { trial: async () => await client.probe() }).then(
        ({ condition, title, fix }) => (finding = condition === "awake" ? undefined : `${title} ${fix}`),
        () => undefined,
      );
    }
    return finding;
  };
}

function toMessage(space: SpaceClient, fallback: FallbackTextEmbedder | undefined, finding: string | undefined): string | null {
  const { state, circuit, reason, estimateMs } = space.getState();
  const answering = fallback?.status();
  const seconds = estimateMs === undefined ? "" : `, about ${Math.max(1, Math.round(estimateMs / 1000))} s to go`;
  if (answering?.active === "fallback" && answering.fallback === "loaded") {
    const why = finding ?? (state === "warming" ? "The Space is waking up." : "The Space cannot be reached.");
    return `The same model inside this app answers meanwhile. ${why}`;
  }
  if (state === "warming") return `Waking the Space${seconds} …`;
  if (state === "down" || circuit === "open")
    return `The Space cannot be reached, so only words are compared. (${finding ?? reason ?? "It failed several times in a row."})`;
  return null;
}

function createRemote(config: Config, url: string, log: Logger, expectedIdentity: ModelIdentity | undefined): Spaces {
  const space = createSpaceClient({
    url,
    token: config.HF_API_TOKEN?.reveal(),
    apiKey: config.HF_SPACE_API_KEY?.reveal(),
    timeoutMs: config.SPACE_TIMEOUT_MS,
    wakeBudgetMs: config.SPACE_WAKE_BUDGET_MS,
  });
  const client = createTextEmbedderClient(space, { cacheBytes: 4 * 1024 * 1024 });
  const diagnose = createDoctor(space, client);
  const local = createLocalEmbedder(config);
  const fallback = config.LOCAL_FALLBACK
    ? withFallback({
        primary: client,
        fallback: local.load,
        expectedIdentity,
        onChange: ({ active, reason }) => log.warn({ active, reason }, "the embeddings are answered by another side now"),
      })
    : undefined;
  return {
    embedder: fallback ?? client,
    status: () => {
      const { state, circuit } = space.getState();
      const answering = fallback?.status();
      const hasFallback = answering?.active === "fallback" && answering.fallback === "loaded";
      const isDown = state === "down" || state === "warming" || circuit === "open";
      return {
        mode: "space",
        state,
        answeredBy: hasFallback ? "fallback" : isDown ? "none" : "primary",
        message: toMessage(space, fallback, diagnose()),
      };
    },
    wake: space.wake,
    close: async () => {
      fallback?.close();
      space.close();
      await local.close();
    },
  };
}

/**
 * The models as the configuration says: words only, the model in this process, a Space (with the model in this process as
 * its fallback), or the hosted inference API where there is a token and no Space.
 *
 * @param expectedIdentity the model of the vectors in the database; only it may stand in for the Space
 * @throws CodedError invalid_request when the configuration names no way to get vectors
 */
export function createSpaces(config: Config, log: Logger, expectedIdentity?: ModelIdentity): Spaces {
  if (config.KEYWORD_ONLY_MODE) return createKeywordOnly();
  if (!config.USE_EXTERNAL_EMBEDDINGS) return createLocal(config);
  if (config.HF_SPACE_ENDPOINT !== undefined) return createRemote(config, config.HF_SPACE_ENDPOINT, log, expectedIdentity);
  if (config.HF_API_TOKEN !== undefined) return createHosted(config.HF_API_TOKEN.reveal());
  throw new CodedError(
    "invalid_request",
    "Set HF_SPACE_ENDPOINT to the address of a minilm-embed Space; or HF_API_TOKEN for the hosted inference API, USE_EXTERNAL_EMBEDDINGS=false for the model in this process, or KEYWORD_ONLY_MODE=true.",
  );
}

import type { CallContext } from "@repo/contracts/call-context";
import type { TextEmbedder } from "@repo/contracts/embed-text";
import type { ModelIdentity } from "@repo/contracts/model-info";
import type { SpaceClient } from "./create-space-client.ts";
import { diagnoseSpace, type SpaceDiagnosis } from "./diagnose-space.ts";
import { type FallbackStatus, type FallbackTextEmbedder, withFallback } from "./fallback.ts";
import { createLocalService } from "./local-service.ts";
import type { TextEmbedderClient } from "./text-embedder-client.ts";

/** How an app's embeddings do, for its health route and its pages. */
export interface EmbedderStatus {
  /** space: a server answers, perhaps with the same model in this process behind it; local: this process does. */
  mode: "space" | "local";
  /** awake, warming, down or unknown. */
  state: string;
  answeredBy: "primary" | "fallback" | "none";
  /** What is wrong and what to do, for people; null when nothing is. */
  message: string | null;
}

/** A TextEmbedder with everything an app wants to know and do around it. */
export interface EmbedderConnection {
  embedder: TextEmbedder;
  status(): EmbedderStatus;
  /** Looks what is wrong; undefined where there is no Space. Never throws for what it finds. */
  diagnose(context?: CallContext): Promise<SpaceDiagnosis | undefined>;
  /** Starts waking a sleeping Space, in the background. */
  wake(): void;
  close(): Promise<void>;
}

/** A Space's own service inside this process, loaded when it is first needed. */
export interface LocalEmbedder {
  load(): Promise<TextEmbedder>;
  close(): Promise<void>;
}

/**
 * The Space's own service inside this process: same code, same model, no HTTP.
 * @param packageName named in the error when it is not installed here
 * @param create imports the optional package and makes its service; a failed import is told from a failed start
 */
export function createLocalEmbedder<Module>(options: {
  packageName: string;
  importPackage: () => Promise<Module>;
  /** What to do where it is not installed, e.g. "Set HF_SPACE_ENDPOINT." */
  advice?: string;
  create: (module: Module) => Promise<TextEmbedder & { close(): Promise<void> }>;
}): LocalEmbedder {
  return createLocalService({
    importPackage: options.importPackage,
    absent:
      `The model cannot run inside this process: the optional package ${options.packageName} is not installed here. ${options.advice ?? ""}`.trim(),
    create: options.create,
  });
}

/** The model in this process as the only one. */
export function connectLocalEmbedder(local: LocalEmbedder): EmbedderConnection {
  let problem: string | null = null;
  const service = async (): Promise<TextEmbedder> => {
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
    diagnose: async () => await Promise.resolve(undefined),
    wake: () => undefined,
    close: local.close,
  };
}

/** Options of {@link connectSpaceEmbedder}. */
export interface SpaceEmbedderOptions {
  /** Speaks to the Space, e.g. a TextEmbedderClient; the connection closes its space. */
  client: TextEmbedder & { readonly space: SpaceClient } & Partial<Pick<TextEmbedderClient, "identity" | "probe">>;
  /** The same model inside this process, which answers while the Space cannot. */
  local?: LocalEmbedder | undefined;
  /** The model of the vectors in use; only it may stand in for the Space. */
  expectedIdentity?: ModelIdentity | undefined;
  /** What the app does without the Space, as the end of a sentence, e.g. "so only words are compared". */
  withoutSpace: string;
  /** Another side answers now. */
  onFallback?: ((status: FallbackStatus) => void) | undefined;
}

/** A Space with, where there is one, the same model in this process behind it. */
export function connectSpaceEmbedder(options: SpaceEmbedderOptions): EmbedderConnection {
  const { client, local } = options;
  const { space } = client;
  const trial = async (): Promise<unknown> => {
    const context = { deadlineAt: Date.now() + trialTimeoutMs };
    return await (client.probe === undefined ? client.embed({ texts: ["ready"] }, context) : client.probe(context));
  };
  const findProblem = createDoctor(space, trial);
  const fallback = local
    ? withFallback({
        primary: client,
        fallback: local.load,
        expectedIdentity: options.expectedIdentity,
        onChange: options.onFallback,
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
        message: toMessage(space, fallback, { finding: findProblem(), withoutSpace: options.withoutSpace }),
      };
    },
    diagnose: async (context) => await diagnoseSpace(space, { ...context, trial }),
    wake: space.wake,
    close: async () => {
      fallback?.close();
      space.close();
      await local?.close();
    },
  };
}

/** Longest a diagnosis' own request may take, milliseconds; it must not wait for a whole wake-up. */
const trialTimeoutMs = 15_000;
/** Time between two diagnoses of a Space that stays down, milliseconds: each one asks the Hub as well. */
const diagnosisIntervalMs = 60_000;

/** Finds out what is wrong with a Space while it is down, in the background; gives what is known so far, with the fix. */
function createDoctor(space: SpaceClient, trial: () => Promise<unknown>): () => string | undefined {
  let asked = 0;
  let finding: string | undefined;
  return () => {
    const { state, circuit } = space.getState();
    if (state !== "down" && state !== "warming" && circuit !== "open") {
      finding = undefined;
      asked = 0;
    } else if (Date.now() - asked > diagnosisIntervalMs) {
      asked = Date.now();
      diagnoseSpace(space, { trial }).then(
        ({ condition, title, fix }) => (finding = condition === "awake" ? undefined : `${title} ${fix}`),
        () => undefined,
      );
    }
    return finding;
  };
}

function toMessage(
  space: SpaceClient,
  fallback: FallbackTextEmbedder | undefined,
  { finding, withoutSpace }: { finding: string | undefined; withoutSpace: string },
): string | null {
  const { state, circuit, reason, estimateMs } = space.getState();
  const answering = fallback?.status();
  const seconds = estimateMs === undefined ? "" : `, about ${Math.max(1, Math.round(estimateMs / 1000))} s to go`;
  if (answering?.active === "fallback" && answering.fallback === "loaded") {
    const why = finding ?? (state === "warming" ? "The Space is waking up." : "The Space cannot be reached.");
    return `The same model inside this app answers meanwhile. ${why}`;
  }
  if (state === "warming") return `Waking the Space${seconds} …`;
  if (state === "down" || circuit === "open")
    return `The Space cannot be reached, ${withoutSpace}. (${finding ?? reason ?? "It failed several times in a row."})`;
  return null;
}

import { createSpaceClient, type SpaceClient } from "@repo/client-kit/create-space-client";
import { createAnswerSheetClient } from "@repo/client-kit/answer-sheet-client";
import { diagnoseSpace } from "@repo/client-kit/diagnose-space";
import { createLocalService, type LocalService } from "@repo/client-kit/local-service";
import type { AnswerSheetReader, ExtractResponse } from "@repo/contracts/answer-sheets";
import type { SheetOptions } from "@repo/contracts/answer-sheet-options";
import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import type { Logger } from "@repo/server-kit/log";
import type { Config } from "./config.ts";

/** An answer and who gave it: the Space, or its service in this process. Same shape, same units. */
export interface ReadAnswer {
  answer: ExtractResponse;
  mode: "remote" | "local";
}

/** Reads sheets, wherever that is done. */
export interface SheetReader {
  /** @throws what AnswerSheetReader.read throws */
  read(file: UploadedFile, options: SheetOptions, context?: CallContext): Promise<ReadAnswer>;
  /** What keeps readings from being made, for people; null when nothing is known. */
  explainWait(): string | null;
}

/** How reading does, for /extract/status and the pages. */
export interface ReaderStatus {
  /** Whether sheets can be read now. */
  available: boolean;
  /** Who would read: the Space, this process, or nobody. */
  mode: "remote" | "local" | "unknown";
  spaceUrl: string | null;
  /** Whether the Space has answered just now; null where there is none. */
  reached: boolean | null;
  /** awake, warming, down or unknown; off without a Space. */
  state: string;
  /** For people: what is wrong and what to do; null when nothing is. */
  message: string | null;
}

/** What exam-middleware knows of the models it uses. The only place where they are reached. */
export interface Spaces {
  reader: SheetReader;
  /** Asks the Space, at most every few seconds. */
  status(): Promise<ReaderStatus>;
  /** What is known without asking, for pages. */
  stateNow(): Pick<ReaderStatus, "state" | "message">;
  /** Starts waking a sleeping Space, in the background. */
  wake(): void;
  close(): Promise<void>;
}

/** The Space's service in this process, loaded when it is first needed. */
type LocalReader = LocalService<AnswerSheetReader>;

function createLocal({ MODEL_DIRECTORY }: Config): LocalReader {
  return createLocalService({
    importPackage: async () => await import("@repo/answer-sheet-ml/service"),
    absent: "Sheets cannot be read inside this process: the optional package @repo/answer-sheet-ml is not installed here.",
    create: async ({ createService }) => await createService(MODEL_DIRECTORY === undefined ? {} : { MODEL_DIRECTORY }),
  });
}

/** What only another place to read can help against. */
const unavailableCodes = new Set<string>(["model_unavailable", "deadline_exceeded"]);
/** What is wrong with a file. */
const fileCodes = new Set<string>(["invalid_request", "unsupported_media_type", "payload_too_large", "input_too_long"]);
/** Part of the caller's time that the Space gets before this process reads. */
const primaryShare = 0.6;
/** Time between two looks of {@link Spaces.status}, and the longest one may take, milliseconds. */
const statusIntervalMs = 5_000;
const probeTimeoutMs = 8_000;

function shareTime(context: CallContext, hasLocal: boolean): CallContext {
  if (!hasLocal || context.deadlineAt === undefined) return context;
  const now = Date.now();
  return { ...context, deadlineAt: now + (context.deadlineAt - now) * primaryShare };
}

/** What is wrong with the caller's file, in the Space's words alone: how it is reached is nothing that they could mend. */
function toOwnWords(thrown: unknown): unknown {
  if (!CodedError.isInstance(thrown) || thrown.remote?.said === undefined || !fileCodes.has(thrown.code)) return thrown;
  return new CodedError(thrown.code, thrown.remote.said, {
    cause: thrown,
    ...(thrown.details === undefined ? {} : { details: thrown.details }),
  });
}

function createRemoteReader(space: SpaceClient, local: LocalReader | undefined, log: Pick<Logger, "warn">): SheetReader {
  const client = createAnswerSheetClient(space);
  const readRemotely = async (file: UploadedFile, options: SheetOptions, context: CallContext): Promise<ReadAnswer> => ({
    answer: await client.read(file, options, context).catch((error: unknown) => {
      throw toOwnWords(error);
    }),
    mode: "remote",
  });
  const isUp = (): boolean => {
    const { state, circuit } = space.getState();
    return (state === "awake" || state === "unknown") && circuit !== "open";
  };
  const readLocally = async (file: UploadedFile, options: SheetOptions, context: CallContext): Promise<ReadAnswer> => ({
    answer: await (await (local as LocalReader).load()).read(file, options, context),
    mode: "local",
  });
  return {
    async read(file, options, context = {}) {
      const mayFallBack = local?.mayWork() === true;
      if (mayFallBack && !isUp()) {
        space.wake();
        return await readLocally(file, options, context).catch(async (error: unknown) => {
          if (local?.mayWork() ?? false) throw error;
          return await readRemotely(file, options, context);
        });
      }
      try {
        return await readRemotely(file, options, shareTime(context, mayFallBack));
      } catch (error) {
        if (!mayFallBack || !CodedError.isInstance(error) || !unavailableCodes.has(error.code) || context.signal?.aborted === true)
          throw error;
        log.warn({ reason: error.message }, "the Space does not answer; sheets are read in this process");
        // Without the package the Space's own error is the best there is.
        return await readLocally(file, options, context).catch((second: unknown) => {
          throw (local?.mayWork() ?? false) ? second : error;
        });
      }
    },
    explainWait() {
      const { state, circuit, reason, estimateMs } = space.getState();
      const seconds = estimateMs === undefined ? "" : `, about ${Math.max(1, Math.round(estimateMs / 1000))} s to go`;
      if (state === "warming") return `Waking the Space${seconds} …`;
      if (state === "down" || circuit === "open") return `The Space cannot be reached. ${reason ?? ""}`.trim();
      return null;
    },
  };
}

function connectRemote(url: string, config: Config, log: Logger): Spaces {
  const space = createSpaceClient({
    url,
    token: config.HF_API_TOKEN?.reveal(),
    apiKey: config.HF_SPACE_API_KEY?.reveal(),
    timeoutMs: config.SPACE_TIMEOUT_MS,
    wakeBudgetMs: config.SPACE_WAKE_BUDGET_MS,
  });
  const local = config.LOCAL_FALLBACK ? createLocal(config) : undefined;
  const reader = createRemoteReader(space, local, log);
  const look = async (): Promise<ReaderStatus> => {
    const found = await diagnoseSpace(space, { deadlineAt: Date.now() + probeTimeoutMs }).catch(() => undefined);
    const reached = found?.condition === "awake";
    if (!reached) space.wake();
    const canFallBack =
      !reached &&
      local !== undefined &&
      (await local.load().then(
        () => true,
        () => false,
      ));
    return {
      available: reached || canFallBack,
      mode: canFallBack ? "local" : "remote",
      spaceUrl: space.address.baseUrl,
      reached,
      state: reached ? "awake" : space.getState().state,
      message: reached || found === undefined ? null : `${found.title} ${found.fix}`,
    };
  };
  let latest: { at: number; status: Promise<ReaderStatus> } | undefined;
  return {
    reader,
    status: async () => {
      if (latest === undefined || Date.now() - latest.at > statusIntervalMs) latest = { at: Date.now(), status: look() };
      return await latest.status;
    },
    stateNow: () => ({ state: space.getState().state, message: reader.explainWait() }),
    wake: space.wake,
    close: async () => {
      space.close();
      await local?.close();
    },
  };
}

function connectLocal(local: LocalReader): Spaces {
  let problem: string | null = null;
  const load = async (): Promise<AnswerSheetReader> => {
    try {
      const service = await local.load();
      problem = null;
      return service;
    } catch (error) {
      problem = `${error instanceof Error ? error.message : String(error)} Set HF_SPACE_URL to the address of an answer-sheet-ml Space.`;
      throw new CodedError("model_unavailable", problem, { cause: error });
    }
  };
  return {
    reader: {
      read: async (file, options, context) => ({ answer: await (await load()).read(file, options, context), mode: "local" }),
      explainWait: () => problem,
    },
    status: async () => {
      const available = await load().then(
        () => true,
        () => false,
      );
      return { available, mode: available ? "local" : "unknown", spaceUrl: null, reached: null, state: "off", message: problem };
    },
    stateNow: () => ({ state: "local", message: problem }),
    wake: () => undefined,
    close: local.close,
  };
}

function connectNobody(): Spaces {
  const message = "Nothing is read here: ML_SERVICE_ENABLED is false.";
  return {
    reader: {
      read: async () => await Promise.reject(new CodedError("model_unavailable", message)),
      explainWait: () => message,
    },
    status: async () => await Promise.resolve({ available: false, mode: "unknown", spaceUrl: null, reached: null, state: "off", message }),
    stateNow: () => ({ state: "off", message }),
    wake: () => undefined,
    close: async () => await Promise.resolve(),
  };
}

/** The Space that the configuration names, with its own service in this process behind it; without a Space that service alone. */
export function createSpaces(config: Config, log: Logger): Spaces {
  if (!config.ML_SERVICE_ENABLED) return connectNobody();
  const url = config.HF_SPACE_URL ?? config.ML_SERVICE_URL;
  return url === undefined ? connectLocal(createLocal(config)) : connectRemote(url, config, log);
}

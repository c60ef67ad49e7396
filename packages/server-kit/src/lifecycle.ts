import { CodedError } from "@repo/contracts/coded-error";
import { modelFileStatus, type ReadyResponse } from "@repo/contracts/health";
import type { HostedService, ServiceStatus } from "@repo/contracts/hosted-service";
import { z } from "zod";
import { createSilentLogger, type Logger } from "./log.ts";

/** Options of {@link createLifecycle}. */
export interface LifecycleOptions<Service extends HostedService> {
  /** Loads the service; called once, at once. */
  load: () => Promise<Service>;
  log?: Logger;
  /** How long a request waits for a service that is loading before it gets 503, milliseconds. Default 5,000. */
  loadWaitMs?: number;
  /** Time between two proofs that inference works, milliseconds. Default 30,000. */
  probeIntervalMs?: number;
  /** Longest a proof may take before the service counts as hung, milliseconds. Default 30,000. */
  probeTimeoutMs?: number;
}

/** A service's life, from loading to closed, as the server sees it. */
export interface Lifecycle<Service extends HostedService> {
  /**
   * The service, waiting a little while it loads.
   * @throws CodedError model_unavailable while loading takes longer, after a failed load and while stopping
   */
  service: () => Promise<Service>;
  ready: () => ReadyResponse;
  status: () => ServiceStatus;
  /** Resolves when loading has ended, well or not. */
  settled: () => Promise<void>;
  /** Answers "stopping" from now on: no new work is taken. */
  stop: () => void;
  /** Stops, and closes the service once it is there. */
  close: () => Promise<void>;
}

/**
 * Loads a service in the background, proves it with real work before it counts as ready, and keeps proving it: a service
 * whose workers hang is "degraded", and ready again as soon as a proof succeeds.
 */
export function createLifecycle<Service extends HostedService>(options: LifecycleOptions<Service>): Lifecycle<Service> {
  const { log = createSilentLogger(), loadWaitMs = 5000, probeIntervalMs = 30_000, probeTimeoutMs = 30_000 } = options;
  const state: { ready: ReadyResponse; service?: Service; stopped: boolean; failure: ServiceStatus } = {
    ready: { ready: false, stage: "loading", reason: "The model is loading." },
    stopped: false,
    failure: {},
  };
  let timer: NodeJS.Timeout | undefined;

  const move = (ready: ReadyResponse): void => {
    if (!state.stopped) state.ready = ready;
  };
  const prove = async (service: Service): Promise<void> => {
    try {
      await withTimeout(service.probe({ deadlineAt: Date.now() + probeTimeoutMs }), probeTimeoutMs);
      move({ ready: true, stage: "ready", checkedAt: new Date().toISOString() });
    } catch (thrown) {
      log.error({ err: thrown }, "inference could not be proven");
      move({ ready: false, stage: "degraded", reason: "The last try of the model failed or took too long; trying again." });
    }
  };
  const watch = (service: Service): void => {
    // A degraded service is tried again soon, so that it heals as fast as its workers do.
    const delayMs = state.ready.stage === "ready" ? probeIntervalMs : Math.min(2000, probeIntervalMs);
    timer = setTimeout(() => void prove(service).then(() => state.stopped || watch(service)), delayMs).unref();
  };
  const load = async (): Promise<Service> => {
    const service = await options.load();
    state.service = service;
    await prove(service);
    if (!state.stopped) watch(service);
    return service;
  };
  const loading = load();
  loading.catch((thrown: unknown) => {
    log.fatal({ err: thrown }, "the service could not be loaded");
    state.failure = toFailureStatus(thrown);
    move({
      ready: false,
      stage: "failed",
      reason: CodedError.isInstance(thrown) ? thrown.message : "The model could not be loaded; the log says why.",
    });
  });

  const stop = (): void => {
    if (state.stopped) return;
    state.ready = { ready: false, stage: "stopping", reason: "The server is stopping." };
    state.stopped = true;
    clearTimeout(timer);
  };
  return {
    service: async () => {
      if (state.service !== undefined && !state.stopped && state.ready.stage !== "loading") return state.service;
      if (state.ready.stage === "loading") await withTimeout(loading, loadWaitMs).catch(() => {});
      if (state.service !== undefined && !state.stopped && state.ready.stage !== ("loading" as ReadyResponse["stage"]))
        return state.service;
      throw new CodedError("model_unavailable", state.ready.reason ?? "The model is not there.", {
        retryAfterMs: state.ready.stage === "failed" ? 60_000 : 2000,
      });
    },
    ready: () => state.ready,
    status: () => state.service?.status() ?? state.failure,
    settled: () =>
      loading.then(
        () => {},
        () => {},
      ),
    stop,
    close: async () => {
      stop();
      const service = await loading.catch(() => undefined);
      await service?.close();
    },
  };
}

/** The model's files as a failed load found them, so that /status names the one that is a Git LFS pointer. */
function toFailureStatus(thrown: unknown): ServiceStatus {
  const files = z.array(modelFileStatus).safeParse(CodedError.isInstance(thrown) ? thrown.details?.["files"] : undefined);
  return files.success ? { files: files.data } : {};
}

async function withTimeout<Value>(work: Promise<Value>, timeoutMs: number): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new CodedError("deadline_exceeded", `Not done within ${timeoutMs} ms.`)), timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}

import type { Logger } from "./log.ts";

/** Options of {@link stopOnSignals}. */
export interface StopOptions {
  log: Logger;
  /** Steps in order; each is awaited: announce, stop accepting and finish, free the model. */
  steps: readonly (() => unknown)[];
  /** Longest the steps may take, milliseconds; then the process ends with code 1. Default 25,000: Docker kills after 30 s on the Hub. */
  timeoutMs?: number;
}

/**
 * On SIGTERM or SIGINT does the steps and exits with 0; a second signal, a failing step or the bound exits with 1.
 * Errors that nobody caught are logged; an uncaught exception ends the process, because its state is unknown.
 */
export function stopOnSignals(options: StopOptions): void {
  const { log, steps, timeoutMs = 25_000 } = options;
  let stopping = false;
  const stop = async (signal: string): Promise<void> => {
    if (stopping) {
      log.warn({ signal }, "second signal: leaving at once");
      process.exit(1);
    }
    stopping = true;
    log.info({ signal }, "stopping");
    setTimeout(() => {
      log.error({ timeoutMs }, "not stopped in time: leaving at once");
      process.exit(1);
    }, timeoutMs).unref();
    try {
      for (const step of steps) await step();
      log.info("stopped");
      process.exit(0);
    } catch (thrown) {
      log.error({ err: thrown }, "stopping failed");
      process.exit(1);
    }
  };
  for (const signal of ["SIGTERM", "SIGINT"] as const) process.on(signal, () => void stop(signal));
  process.on("unhandledRejection", (reason) => log.error({ err: reason }, "a rejection was not handled"));
  process.on("uncaughtException", (thrown) => {
    log.fatal({ err: thrown }, "an exception was not caught");
    process.exit(1);
  });
}

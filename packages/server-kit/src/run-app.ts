import { CodedError } from "@repo/contracts/coded-error";
import { ConfigError } from "./load-config.ts";
import type { Logger } from "./log.ts";
import { stopOnSignals } from "./shutdown.ts";

/**
 * Starts an app, and stops it in order when asked to. What keeps it from starting ends the process with code 1.
 * @param start opens everything, listens, and gives the steps that stop it again, in order
 */
export async function runApp(log: Logger, start: () => Promise<readonly (() => unknown)[]>): Promise<void> {
  try {
    stopOnSignals({ log, steps: await start() });
  } catch (error) {
    // What is wrong with the configuration or the database is the reader's to mend, and a stack does not help.
    if (error instanceof ConfigError || CodedError.isInstance(error)) log.fatal(error.message);
    else log.fatal({ err: error }, "the app cannot start");
    process.exit(1);
  }
}

import { CodedError } from "@repo/contracts/coded-error";
import { ConfigError } from "@repo/server-kit/load-config";
import { createLogger } from "@repo/server-kit/log";
import { stopOnSignals } from "@repo/server-kit/shutdown";
import { readConfig } from "./config.ts";
import { startServer } from "./start-server.ts";

const config = readConfig();
const log = createLogger({ name: "idea-playground", level: config.LOG_LEVEL });
try {
  stopOnSignals({ log, steps: await startServer(config, log) });
} catch (error) {
  // What is wrong with the configuration is the reader's to mend, and a stack does not help.
  if (error instanceof ConfigError || CodedError.isInstance(error)) log.fatal(error.message);
  else log.fatal({ err: error }, "idea-playground cannot start");
  process.exit(1);
}

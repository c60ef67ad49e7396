import pino, { type Logger } from "pino";

export type { Logger } from "pino";

const secretPaths = ["authorization", "apiKey", "token", "password", "secret", "headers", "cookie"];

/**
 * Lines are written a few kilobytes at a time, at the latest after half a second, and whatever is left when the process
 * ends: a write per request costs a tenth of what the request costs.
 */
const bufferBytes = 4096;
const flushIntervalMs = 500;

/**
 * A logger that writes one JSON object per line to standard output.
 * Fields with the names of secrets are redacted one level deep; requests are logged without headers, query or body.
 * @param options.level fatal, error, warn, info (default), debug, trace or silent
 */
export function createLogger(options: { name: string; level?: string | undefined; destination?: pino.DestinationStream }): Logger {
  const settings: pino.LoggerOptions = {
    name: options.name,
    level: options.level ?? "info",
    base: { name: options.name },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: secretPaths.flatMap((path) => [path, `*.${path}`]), censor: "[redacted]" },
  };
  return pino(
    settings,
    options.destination ?? pino.destination({ dest: 1, sync: false, minLength: bufferBytes, periodicFlush: flushIntervalMs }),
  );
}

/** A logger that writes nothing, for tests and for services inside another process. */
export function createSilentLogger(): Logger {
  return pino({ level: "silent" });
}

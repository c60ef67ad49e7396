import pino, { type Logger } from "pino";

export type { Logger } from "pino";

const secretPaths = ["authorization", "apiKey", "token", "password", "secret", "headers", "cookie"];

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
  return options.destination === undefined ? pino(settings) : pino(settings, options.destination);
}

/** A logger that writes nothing, for tests and for services inside another process. */
export function createSilentLogger(): Logger {
  return pino({ level: "silent" });
}

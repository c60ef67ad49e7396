import { z } from "zod";

const redacted = "[redacted]";

/** A string that does not print: templates, JSON, console and loggers all show `[redacted]`. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The string itself; call this where it is used, never to pass it on. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return redacted;
  }

  toJSON(): string {
    return redacted;
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return redacted;
  }
}

/** An environment variable that holds one secret. */
export function secretSchema() {
  return z
    .string()
    .transform((value) => new Secret(value))
    .meta({ secret: true });
}

/** An environment variable that holds secrets separated by commas; spaces around them and empty ones are dropped. */
export function secretListSchema() {
  return z
    .string()
    .transform((value) => splitList(value).map((item) => new Secret(item)))
    .meta({ secret: true });
}

/** The parts of a comma-separated variable. */
export function splitList(value: string): string[] {
  return value
    .split(",")
    .map((item) => item.trim())
    .filter((item) => item !== "");
}

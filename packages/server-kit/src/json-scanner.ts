import { CodedError } from "@repo/contracts/coded-error";

const quote = 0x22;
const comma = 0x2c;
const openBracket = 0x5b;
const backslash = 0x5c;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Bounds of a JSON text that parsing would otherwise pay for. */
export interface JsonLimits {
  /** Deepest nesting of lists and objects. */
  maxDepth: number;
  /** Most values, counted by separators: parsing millions of small values would hold the event loop. */
  maxValues: number;
}

/**
 * Watches a JSON text while its bytes arrive and refuses what is too deep or has too many values before anything parses
 * it. It does not validate: malformed text is left for JSON.parse.
 */
export class JsonScanner {
  readonly #limits: JsonLimits;
  #depth = 0;
  #values = 0;
  #inString = false;
  #escaped = false;

  constructor(limits: JsonLimits) {
    this.#limits = limits;
  }

  /** @throws CodedError invalid_request (too deep) or payload_too_large (too many values) */
  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (this.#inString) this.#insideString(byte);
      else if (byte === quote) this.#inString = true;
      else if (byte === comma) this.#values += 1;
      else if (byte === openBracket || byte === openBrace) this.#open();
      else if (byte === closeBracket || byte === closeBrace) this.#depth -= 1;
    }
    if (this.#values > this.#limits.maxValues) {
      throw new CodedError("payload_too_large", `The body holds more than ${this.#limits.maxValues} values.`, {
        details: { maxValues: this.#limits.maxValues },
      });
    }
  }

  #insideString(byte: number): void {
    if (this.#escaped) this.#escaped = false;
    else if (byte === backslash) this.#escaped = true;
    else if (byte === quote) this.#inString = false;
  }

  #open(): void {
    this.#depth += 1;
    this.#values += 1;
    if (this.#depth > this.#limits.maxDepth) {
      throw new CodedError("invalid_request", `The body is nested deeper than ${this.#limits.maxDepth} levels.`, {
        details: { maxDepth: this.#limits.maxDepth },
      });
    }
  }
}

import { CodedError } from "@repo/contracts/coded-error";

/** A request's share of the budget. */
export interface HeldBytes {
  /** @throws CodedError overloaded when the budget is spent */
  grow(bytes: number): void;
  release(): void;
}

/** Bounds the bytes that request bodies hold while they arrive, all requests together: many slow uploads are memory too. */
export class BodyBudget {
  readonly #maxBytes: number;
  #heldBytes = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  hold(): HeldBytes {
    let mine = 0;
    return {
      grow: (bytes) => {
        if (this.#heldBytes + bytes > this.#maxBytes)
          throw new CodedError("overloaded", "Too many large bodies are arriving at the same time.", { retryAfterMs: 1000 });
        this.#heldBytes += bytes;
        mine += bytes;
      },
      release: () => {
        this.#heldBytes -= mine;
        mine = 0;
      },
    };
  }
}

import type { CodedError } from "@repo/contracts/coded-error";

/**
 * What one failed attempt says about the next:
 * - `asleep`: nothing of ours answered (network, gateway, an HTML page); find out whether the Space is up before trying again
 * - `transient`: the Space answered that it failed; try again after a pause
 * - `final`: the same request will fail again
 */
export type FailureKind = "asleep" | "transient" | "final";

/** One failed attempt; never leaves this package, callers get its `error`. */
export class AttemptFailure extends Error {
  readonly kind: FailureKind;
  readonly error: CodedError;

  constructor(kind: FailureKind, error: CodedError) {
    super(error.message, { cause: error });
    this.name = "AttemptFailure";
    this.kind = kind;
    this.error = error;
  }
}

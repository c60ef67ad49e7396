import { CodedError } from "@repo/contracts/coded-error";
import type { ModelIdentity } from "@repo/contracts/model-info";

/**
 * Vectors of `actual` arrived where those of `expected` are needed; they cannot be compared.
 * Code model_mismatch, details {expected, actual}.
 */
export function modelMismatch(who: string, expected: ModelIdentity, actual: ModelIdentity): CodedError {
  return new CodedError(
    "model_mismatch",
    `${who} serves ${describeModel(actual)}, but the vectors in use are of ${describeModel(expected)}; the two cannot be compared. Serve the former model again, or embed everything anew.`,
    { details: { expected, actual } },
  );
}

/** A model in words, e.g. "outpost/pocket-minilm at 3f2a (384 dimensions)". */
export function describeModel({ model, revision, dimensions }: ModelIdentity): string {
  return `${model} at ${revision} (${dimensions} dimensions)`;
}

import { CodedError } from "@repo/contracts/coded-error";

/** The CodedError that a promise rejects with; anything else fails the test. */
export async function failureOf(promise: Promise<unknown>): Promise<CodedError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!CodedError.isInstance(error)) throw new Error("expected a CodedError", { cause: error });
  return error;
}

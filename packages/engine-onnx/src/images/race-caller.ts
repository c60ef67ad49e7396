import { CodedError } from "@repo/contracts/coded-error";

/**
 * Rejects when the caller left or the time is up; what does the work finishes by itself.
 * @throws CodedError cancelled, deadline_exceeded, and what `work` throws
 */
export async function raceCaller<Result>(
  work: Promise<Result>,
  { signal, deadlineAt }: { signal?: AbortSignal | undefined; deadlineAt?: number | undefined },
): Promise<Result> {
  if (signal === undefined && deadlineAt === undefined) return work;
  const { promise, reject } = Promise.withResolvers<never>();
  const onAbort = () => reject(new CodedError("cancelled", "The caller left."));
  const timer =
    deadlineAt === undefined
      ? undefined
      : setTimeout(
          () => reject(new CodedError("deadline_exceeded", "The file was not read in time.")),
          Math.max(0, deadlineAt - Date.now()),
        );
  signal?.addEventListener("abort", onAbort, { once: true });
  if (signal?.aborted === true) onAbort();
  try {
    return await Promise.race([work, promise]);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

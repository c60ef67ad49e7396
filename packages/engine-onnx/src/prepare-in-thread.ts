import { once } from "node:events";
import { parentPort, Worker } from "node:worker_threads";
import { CodedError, type ErrorCode } from "@repo/contracts/coded-error";
import { silenceTelemetry } from "./silence-telemetry.ts";

/** What a thread answers. */
type PrepareReply<Prepared> =
  | { prepared: Prepared }
  | { problem: { code: ErrorCode; message: string; details: Record<string, unknown> | undefined; cause?: string } };

/**
 * Runs a preparation in a thread of its own, which holds up nobody; what it needs (ONNX Runtime) is loaded there only.
 * @param entry module that calls {@link answerPreparation}
 * @param workerData what the module reads from node:worker_threads
 * @throws CodedError what the preparation threw; model_unavailable when the thread ended early
 */
export async function prepareInThread<Prepared>(entry: URL, workerData: unknown): Promise<Prepared> {
  silenceTelemetry();
  const worker = new Worker(entry, { workerData });
  const ended = once(worker, "exit").then(() =>
    Promise.reject(new CodedError("model_unavailable", "The thread that prepares the model ended early.")),
  );
  const [reply] = (await Promise.race([once(worker, "message"), ended])) as [PrepareReply<Prepared>];
  if ("prepared" in reply) return reply.prepared;
  const { code, message, details, cause } = reply.problem;
  throw new CodedError(code, message, { cause, ...(details === undefined ? {} : { details }) });
}

/** In the thread: does the work and tells how it went. */
export async function answerPreparation<Prepared>(work: () => Promise<Prepared>): Promise<void> {
  const reply: PrepareReply<Prepared> = await work().then(
    (prepared) => ({ prepared }),
    (thrown: unknown) => ({
      problem: CodedError.isInstance(thrown)
        ? { code: thrown.code, message: thrown.message, details: thrown.details }
        : {
            code: "model_unavailable" as const,
            message: "The model could not be prepared; the log says why.",
            details: undefined,
            cause: String(thrown),
          },
    }),
  );
  parentPort?.postMessage(reply);
}

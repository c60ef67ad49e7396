import type { CallContext } from "./call-context.ts";
import type { StatusResponse } from "./health.ts";

/** The part of `GET /status` that only the service knows. */
export type ServiceStatus = Partial<Omit<StatusResponse, "service" | "ready" | "memory" | "versions">> & {
  /** Versions of what runs the model, added to those of the process. */
  versions?: Record<string, string>;
};

/** What a process that hosts a service needs from it besides answers. */
export interface HostedService {
  /** Does one real piece of work, past every cache; rejects when it cannot. */
  probe(context?: CallContext): Promise<void>;
  status(): ServiceStatus;
  /** Finishes what was accepted, then frees workers and memory. */
  close(): Promise<void>;
}

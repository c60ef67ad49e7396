import { z } from "zod";
import { modelIdentity } from "./model-info.ts";

/** `GET /health`: the process lives. Never touches the model. */
export const healthResponse = z.object({
  status: z.literal("ok"),
  service: z.string().describe("Name of the Space or app."),
  version: z.string().describe("Version of the code."),
  model: z.string().optional().describe("Name of the served model."),
  uptimeSeconds: z.number().describe("Seconds since the process started."),
});

/** `GET /ready`: a real inference succeeded recently. 503 with the same shape otherwise. */
export const readyResponse = z.object({
  ready: z.boolean(),
  stage: z.enum(["loading", "ready", "degraded", "stopping", "failed"]).describe("Where the service is in its life."),
  reason: z.string().optional().describe("Why it is not ready, for people."),
  checkedAt: z.iso.datetime().optional().describe("When inference was last proven."),
});

/** One model file as found on disk. */
export const modelFileStatus = z.object({
  path: z.string().describe("Name relative to the model's folder."),
  bytes: z.number().int().nonnegative(),
  state: z.enum(["ok", "missing", "lfs-pointer", "wrong-size", "hash-mismatch", "unchecked"]),
});

/** `GET /status`: what runs here, for people and dashboards. */
export const statusResponse = z.object({
  service: z.string(),
  ready: z.boolean(),
  model: modelIdentity.partial({ dimensions: true }).optional().describe("The served model; dimensions where it makes vectors."),
  profile: z.enum(["pocket", "full", "custom"]).optional(),
  precision: z.string().optional().describe("fp32, int8-row or int8-static."),
  device: z.string().describe("What inference runs on, e.g. cpu (2 workers, avx512_vnni)."),
  files: z.array(modelFileStatus).optional(),
  workers: z
    .array(
      z.object({
        id: z.number(),
        state: z.enum(["starting", "idle", "busy", "restarting", "stopped"]),
        runs: z.number(),
        restarts: z.number(),
      }),
    )
    .optional(),
  queue: z.object({ requests: z.number(), tokens: z.number(), tokensPerSecond: z.number() }).optional(),
  cache: z.object({ entries: z.number(), bytes: z.number(), hits: z.number(), misses: z.number() }).optional(),
  memory: z.object({ rssBytes: z.number() }),
  versions: z.record(z.string(), z.string()),
});

export type HealthResponse = z.infer<typeof healthResponse>;
export type ReadyResponse = z.infer<typeof readyResponse>;
export type ModelFileStatus = z.infer<typeof modelFileStatus>;
export type StatusResponse = z.infer<typeof statusResponse>;

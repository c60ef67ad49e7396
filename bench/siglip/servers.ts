import { join } from "node:path";
import { fullModel } from "@repo/siglip-embed/model";
import { readStartArguments } from "@repo/tools/workspace-units";
import { cacheFolder, root, type ServerUnderTest } from "../servers.ts";

/** Gigabytes are read, checked and packed for this processor when the full model first starts. */
const readyTimeoutMs = 600_000;

/** The route of both: an image's bytes in, a list of vectors out. */
export const inferencePath = `/models/${fullModel.id}`;

/** Our Space, from its bundle, with its cache off. @param model a prepared folder; absent: the pocket model */
export function visualSpace(name: string, title: string, model?: string): ServerUnderTest {
  const cwd = join(root, "spaces/siglip-embed");
  return {
    name,
    title,
    readyPath: "/ready",
    arithmetic: "int8",
    operationsPerToken: 0,
    readyTimeoutMs,
    start: (port) => ({
      command: process.execPath,
      args: readStartArguments(cwd),
      cwd,
      env: {
        PORT: String(port),
        LOG_LEVEL: "warn",
        CACHE_MB: "0",
        DATA_DIRECTORY: join(cacheFolder, "data"),
        ...(model === undefined ? { MODEL: "pocket" } : { MODEL_DIRECTORY: model }),
      },
    }),
  };
}

/** The original's architecture in PyTorch. */
export function visualSeed({ python, weights, threads }: { python: string; weights: string; threads: number }): ServerUnderTest {
  return {
    name: "seed",
    title: "FastAPI + transformers, PyTorch fp32",
    readyPath: "/health",
    arithmetic: "fp32",
    operationsPerToken: 0,
    readyTimeoutMs,
    start: (port) => ({
      command: python,
      args: ["-m", "uvicorn", "siglip:app", "--host", "127.0.0.1", "--port", String(port), "--log-level", "warning"],
      cwd: join(root, "bench/seed-equivalent"),
      env: { WEIGHTS: weights, THREADS: String(threads), PYTHONDONTWRITEBYTECODE: "1" },
    }),
  };
}

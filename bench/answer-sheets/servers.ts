import { readdirSync } from "node:fs";
import { join } from "node:path";
import { readStartArguments } from "@repo/tools/workspace-units";
import type { ServerUnderTest } from "../servers.ts";
import { cacheFolder, root } from "../servers.ts";

/** Where the rendered sheets of the models lie. */
const fixtureFolder = join(root, "models/answer-sheets/fixtures");

/** Names of the fixtures of one type. */
export function listFixtures(ending: RegExp): string[] {
  return readdirSync(fixtureFolder)
    .filter((name) => ending.test(name))
    .toSorted()
    .map((name) => join(fixtureFolder, name));
}

/** Our Space, from its bundle. */
export function sheetSpace(workers: number): ServerUnderTest {
  const cwd = join(root, "spaces/answer-sheet-ml");
  return {
    name: "space",
    title: "answer-sheet-ml",
    readyPath: "/ready",
    arithmetic: "fp32",
    operationsPerToken: 0,
    start: (port) => ({
      command: process.execPath,
      args: readStartArguments(cwd),
      cwd,
      env: {
        PORT: String(port),
        LOG_LEVEL: "warn",
        WORKERS: String(workers),
        DATA_DIRECTORY: join(cacheFolder, "data"),
      },
    }),
  };
}

/** The original's architecture in PyTorch. */
export function sheetSeed(python: string, threads: number): ServerUnderTest {
  return {
    name: "seed",
    title: "YOLOv8m + CRNN, PyTorch",
    readyPath: "/health",
    arithmetic: "fp32",
    operationsPerToken: 0,
    start: (port) => ({
      command: python,
      args: ["-m", "uvicorn", "answer_sheets:app", "--host", "127.0.0.1", "--port", String(port), "--log-level", "warning"],
      cwd: join(root, "bench/seed-equivalent"),
      env: { THREADS: String(threads), PYTHONDONTWRITEBYTECODE: "1" },
    }),
  };
}

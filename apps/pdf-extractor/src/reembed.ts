/** `pnpm --filter @repo/pdf-extractor reembed`: makes every vector anew with the present model, with a progress bar. */
import { setTimeout as sleep } from "node:timers/promises";
import { createProgressLine } from "@repo/app-kit/progress-line";
import { CodedError } from "@repo/contracts/coded-error";
import { createLogger } from "@repo/server-kit/log";
import { readConfig } from "./config.ts";
import type { DocumentView } from "./documents/document-views.ts";
import { openCatalogue } from "./open-catalogue.ts";
import { openServices } from "./open-services.ts";

const lookMs = 500;
const config = readConfig();
const log = createLogger({ name: "reembed", level: "error" });
const stop = new AbortController();
process.once("SIGINT", () => stop.abort());

/** What is left of the work, and why it does not go on. */
function summarise(documents: readonly DocumentView[]) {
  const underWay = documents.filter(({ status }) => status !== "completed" && status !== "failed");
  return {
    total: documents.reduce((sum, { pictures }) => sum + pictures, 0),
    done: documents.reduce((sum, { picturesDone, picturesFailed }) => sum + picturesDone + picturesFailed, 0),
    isOver: underWay.every(({ status }) => status === "stopped"),
    problem: underWay.find(({ waitingFor }) => waitingFor !== null)?.waitingFor ?? undefined,
  };
}

const database = await openCatalogue(config, (error) => log.error({ err: error }, "a database connection broke")).catch(
  (error: unknown) => {
    console.error(CodedError.isInstance(error) ? error.message : error);
    process.exit(1);
  },
);
const { spaces, queue, documents } = await openServices(config, database, log);
const progress = createProgressLine("pictures");
try {
  await documents.reembed();
  for (let lastProblem: string | undefined; ;) {
    const { documents: all } = await documents.list({ limit: 1_000_000 });
    const { total, done, isOver, problem } = summarise(all);
    progress.show(done, total);
    if (problem !== undefined && problem !== lastProblem) console.error(`\n${(lastProblem = problem)}`);
    if (isOver) break;
    await sleep(lookMs, undefined, { signal: stop.signal });
  }
  progress.end();
  console.log(`Embedded with ${spaces.status().model?.model ?? "no model: there were no pictures"}.`);
} catch {
  progress.end();
  console.error("Stopped; what is left goes on when pdf-extractor runs again.");
  process.exitCode = 1;
} finally {
  await queue.close({ graceMs: 5_000 });
  await spaces.close();
  await database.close();
}

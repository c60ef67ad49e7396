import { existsSync, writeFileSync } from "node:fs";
import { parentPort } from "node:worker_threads";
import type { LanguageModelReply, LanguageModelRequest } from "../src/language-model/language-model-protocol.ts";

/**
 * The thread of a language model with faults, for tests of what is done about them. A request's stop strings choose one:
 * "die once" and "hang once" at the fifth token, the first time of all threads; "die always" at the fifth token.
 */
if (parentPort === null) throw new Error("dying-language-model-worker runs only as a worker thread.");
const port = parentPort;
const post = port.postMessage.bind(port);
let directory = "";
let fault: string | undefined;
let tokens = 0;

port.on("message", (request: LanguageModelRequest) => {
  if (request.kind === "open") directory = request.model.cacheDirectory;
  if (request.kind === "generate") fault ??= request.job.stop.find((stop) => /^(?:die|hang) (?:once|always)$/.test(stop));
});

port.postMessage = (message: LanguageModelReply) => {
  post(message);
  if (message.kind === "step") tokens += message.events.filter(({ kind }) => kind === "token").length;
  if (tokens < 5 || fault === undefined) return;
  const marker = `${directory}/${fault}`;
  if (fault !== "die always" && existsSync(marker)) return;
  writeFileSync(marker, "");
  if (fault === "hang once") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  process.exit(1);
};
await import("../src/language-model/language-model-worker.ts");

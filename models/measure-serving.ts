/**
 * What serving a prepared model costs a process of its own; prints one line of JSON:
 *   node models/measure-serving.ts <prepared folder> <workers> [folder of optimised models]
 */
import { readFileSync } from "node:fs";
import { createOnnxTextEngine } from "@repo/engine-onnx/onnx-engine";
import { loadPreparedTextModel } from "@repo/engine-onnx/load-prepared-text-model";

/** The line that is printed. */
export interface ServingCost {
  /** Until every worker answered. */
  loadMs: number;
  isCached: boolean;
  /** Resident, after a text of the greatest length on every worker; mapped files count. */
  residentMegabytes: number;
  /** The part that is nobody else's: without pages of files, which the kernel can drop and processes share. */
  privateMegabytes: number;
  /** One text of the greatest length. */
  longestTextMs: number;
}

const [directory, workers = "2", prepackDirectory] = process.argv.slice(2);
if (directory === undefined) throw new Error("Give the prepared folder.");
const prepared = await loadPreparedTextModel(directory);
const start = performance.now();
const engine = await createOnnxTextEngine(prepared, { workers: Number(workers), prepackDirectory });
const loadMs = Math.round(performance.now() - start);
const { maxTokens } = prepared.model;
const ids = Int32Array.from({ length: maxTokens }, (_, index) => 1000 + ((index * 131) % 20_000));
const items = Array.from({ length: Number(workers) }, () => ({ input: ids, tokens: maxTokens }));
await engine.run(items);
const before = performance.now();
await engine.run(items.slice(0, 1));
const longestTextMs = Math.round(performance.now() - before);
const cost: ServingCost = {
  loadMs,
  isCached: engine.opened.every(({ isCached }) => isCached),
  residentMegabytes: readMegabytes("VmRSS"),
  privateMegabytes: readMegabytes("RssAnon"),
  longestTextMs,
};
console.log(JSON.stringify(cost));
await engine.close();

/** A line of Linux's account of this process. */
function readMegabytes(name: string): number {
  const kilobytes = new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(readFileSync("/proc/self/status", "utf8"))?.[1];
  return Math.round(Number(kilobytes) / 1024);
}

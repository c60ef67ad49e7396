import { Worker } from "node:worker_threads";

const lookMs = 1000;

/**
 * Ends this process when the one that started it is gone, even killed and while this one is busy with a file that has no end:
 * a thread of its own looks after it. An orphan has another parent (getppid(2)).
 */
export function endWithParent(): void {
  process.on("disconnect", () => process.exit());
  const look = `setInterval(() => { if (process.ppid !== ${process.ppid}) process.kill(process.pid, "SIGKILL"); }, ${lookMs});`;
  // As text: a file of its own would be one more entry of every bundle.
  new Worker(look, {
    eval: true,
    execArgv: [],
    stdout: false,
    resourceLimits: { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 8 },
  }).unref();
}

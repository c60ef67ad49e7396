/** Command: watches a scanner's folder and uploads what comes. `pnpm scan-watch <folder> --username <name>` */
import { stat } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@repo/contracts/coded-error";
import { readScanWatchVariables } from "./scan-watch/config.ts";
import { parseOptions, type ScanWatchOptions, usage } from "./scan-watch/parse-options.ts";
import { createUploadClient, type UploadClient } from "./scan-watch/upload-client.ts";
import { watchFolder } from "./scan-watch/watch-folder.ts";

const say = (line: string): void => void process.stdout.write(`${new Date().toTimeString().slice(0, 8)}  ${line}\n`);
const signInPauseMs = 5_000;

/** Signs in, waiting for a server that is away; wrong names and passwords end the command at once. */
async function enter(client: UploadClient, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    try {
      await client.signIn();
      return;
    } catch (thrown) {
      if (signal.aborted) return;
      if (!CodedError.isInstance(thrown) || !thrown.retryable) throw thrown;
      const pauseMs = Math.max(signInPauseMs, thrown.retryAfterMs ?? 0);
      say(`${thrown.message} Again in ${Math.ceil(pauseMs / 1_000)} s.`);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }
}

async function run(options: ScanWatchOptions): Promise<void> {
  const { folder, server, username, delayMs, once } = options;
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() !== true) throw new CodedError("invalid_request", `There is no folder ${folder}.`);
  const stopping = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => stopping.abort());
  const client = createUploadClient(options, stopping.signal);
  await enter(client, stopping.signal);
  if (!stopping.signal.aborted) say(`watching ${folder} for ${server}, signed in as ${username}; Ctrl-C ends it`);
  const { sent, failed } = await watchFolder({ folder, client, delayMs, once, say, signal: stopping.signal });
  say(`ended: ${sent} sent, ${failed} refused`);
}

try {
  const options = parseOptions(process.argv.slice(2), readScanWatchVariables());
  if (options === undefined) process.stdout.write(usage);
  else await run(options);
} catch (thrown) {
  if (!CodedError.isInstance(thrown)) throw thrown;
  process.stderr.write(`${thrown.message}\n${thrown.code === "invalid_request" ? "pnpm scan-watch --help shows how it is used.\n" : ""}`);
  process.exitCode = thrown.code === "unauthorized" ? 3 : 2;
}

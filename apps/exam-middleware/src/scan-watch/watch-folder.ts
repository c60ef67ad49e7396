import { setTimeout as sleep } from "node:timers/promises";
import { type FileState, isSameState, listScans, moveScan, type ReadFile, readScan, setAside } from "./folder.ts";
import type { UploadClient, UploadResult } from "./upload-client.ts";

/** What {@link watchFolder} works with. */
export interface WatchParts {
  folder: string;
  client: Pick<UploadClient, "upload">;
  /** Time between two looks, milliseconds. */
  delayMs: number;
  /** Ends when nothing is left to send. */
  once: boolean;
  /** One line for people. */
  say: (line: string) => void;
  signal: AbortSignal;
  /** Pause after the first failure, milliseconds; it doubles up to a minute. Default 1,000. */
  firstPauseMs?: number;
}

/** How many files went where. */
export interface WatchResult {
  sent: number;
  failed: number;
}

interface Delay {
  tries: number;
  until: number;
}

const maxPauseMs = 60_000;
/** An empty file is one that a scanner has just begun; after this many looks it is one that it has given up. */
const emptyLooks = 20;

/** Watches until the signal fires, or, once, until the folder is empty. */
export async function watchFolder(parts: WatchParts): Promise<WatchResult> {
  const { folder, client, delayMs, once, say, signal, firstPauseMs = 1_000 } = parts;
  const result: WatchResult = { sent: 0, failed: 0 };
  const delays = new Map<string, Delay>();
  const emptyFor = new Map<string, number>();
  let seen = new Map<string, FileState>();
  let away: Delay = { tries: 0, until: 0 };

  const later = (before: Delay | undefined, retryAfterMs = 0): Delay => {
    const tries = (before?.tries ?? 0) + 1;
    const pauseMs = Math.max(retryAfterMs, Math.min(maxPauseMs, firstPauseMs * 2 ** Math.min(20, tries - 1)));
    return { tries, until: Date.now() + pauseMs };
  };
  const inSeconds = ({ until }: Delay): string => `${Math.max(1, Math.ceil((until - Date.now()) / 1_000))} s`;

  /** Whether a file did not change since the last look. */
  function isStable(state: FileState): boolean {
    if (!isSameState(state, seen.get(state.name))) return false;
    if (state.sizeBytes > 0) return true;
    const looks = (emptyFor.get(state.name) ?? 0) + 1;
    emptyFor.set(state.name, looks);
    return looks >= emptyLooks;
  }

  async function settle(file: ReadFile, outcome: UploadResult, waiting: number): Promise<void> {
    const { name } = file.state;
    if (outcome.kind === "later") {
      const delay = later(outcome.isAway ? away : delays.get(name), outcome.retryAfterMs);
      if (outcome.isAway) away = delay;
      else delays.set(name, delay);
      say(`${name}: not sent, again in ${inSeconds(delay)}: ${outcome.reason}`);
      return;
    }
    away = { tries: 0, until: 0 };
    delays.delete(name);
    const left = waiting === 0 ? "" : ` (${waiting} more)`;
    if (outcome.kind === "stored") {
      const moved = await moveScan(folder, "processed", file);
      result.sent += 1;
      const what = outcome.isNew ? "sent" : "was there already";
      say(`${name}: ${what}, sheet ${outcome.id}${moved === undefined ? "; it has changed since and is sent again" : ""}${left}`);
    } else {
      await setAside(folder, file, outcome.reason);
      result.failed += 1;
      say(`${name}: refused, moved to failed/: ${outcome.reason}${left}`);
    }
  }

  /** One look. */
  async function look(): Promise<void> {
    const states = await listScans(folder);
    const ready = states.filter((state) => isStable(state) && (delays.get(state.name)?.until ?? 0) <= Date.now());
    seen = new Map(states.map((state) => [state.name, state]));
    for (const known of [...delays.keys(), ...emptyFor.keys()].filter((name) => !seen.has(name))) {
      delays.delete(known);
      emptyFor.delete(known);
    }
    for (const [index, state] of ready.entries()) {
      if (signal.aborted || away.until > Date.now()) break;
      try {
        const file = await readScan(folder, state);
        if (file !== undefined) await settle(file, await client.upload({ name: state.name, bytes: file.bytes }), ready.length - index - 1);
      } catch (thrown) {
        if (signal.aborted) break;
        // No right to read or move it, or the disk is full: people mend that, and the file stays.
        const delay = later(delays.get(state.name));
        delays.set(state.name, delay);
        say(`${state.name}: ${(thrown as Error).message}; again in ${inSeconds(delay)}`);
      }
    }
  }

  let isFolderAway = false;
  while (!signal.aborted) {
    try {
      await look();
      if (isFolderAway) say("the folder is back");
      isFolderAway = false;
      if (once && (await listScans(folder)).length === 0) break;
    } catch (thrown) {
      // A network drive may be away for a while.
      if (!isFolderAway) say(`the folder cannot be read, looking again: ${(thrown as Error).message}`);
      isFolderAway = true;
    }
    await sleep(delayMs, undefined, { signal }).catch(() => undefined);
  }
  return result;
}

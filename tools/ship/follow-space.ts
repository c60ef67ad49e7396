import { setTimeout as sleep } from "node:timers/promises";
import type { SpaceClient } from "@repo/client-kit/create-space-client";
import { diagnoseSpace, type SpaceCondition, spaceConditions, type SpaceDiagnosis } from "@repo/client-kit/diagnose-space";

/** Conditions that waiting does not mend. */
const final = new Set<SpaceCondition>([
  "awake",
  "paused",
  "build_error",
  "runtime_error",
  "out_of_memory",
  "model_failed",
  "private",
  "wrong_key",
  "not_a_space",
]);

/** Stages of the Hub that end a build without an image. */
const failedStages = new Set(["BUILD_ERROR", "CONFIG_ERROR", "NO_APP_FILE"]);

/** What the Hub says is running, as far as it says. */
export interface HubState {
  stage: string | undefined;
  commit: string | undefined;
}

/** Options of {@link followSpace}. */
export interface FollowOptions {
  client: SpaceClient;
  readHub: () => Promise<HubState>;
  /** Commit that is awaited: until it runs, what answers may be the one before. */
  commit: string;
  /** Longest wait, milliseconds. Default 30 minutes: a full model is fetched and converted while the image is built. */
  timeoutMs?: number;
  /** Pause between looks, milliseconds. Default 5,000. */
  pauseMs?: number;
  /** Where the Hub does not tell the commit: how long an answer may still be the old container's, milliseconds. Default 30,000. */
  settleMs?: number;
  onStage?: (line: string) => void;
}

/**
 * Watches a Space from a push until it is ready with what was pushed, or cannot become so.
 * @returns the last diagnosis: condition awake when /ready said yes
 */
export async function followSpace(options: FollowOptions): Promise<SpaceDiagnosis> {
  const { client, readHub, commit, timeoutMs = 30 * 60_000, pauseMs = 5_000, settleMs = 30_000, onStage = () => undefined } = options;
  const startedAt = performance.now();
  let shown = "";
  for (;;) {
    const elapsedMs = performance.now() - startedAt;
    const hub = await readHub();
    const found = await diagnoseSpace(client);
    // The build failed, and the container of the commit before goes on answering, or nothing does.
    const isFailed = hub.stage !== undefined && failedStages.has(hub.stage);
    const diagnosis: SpaceDiagnosis = isFailed ? { ...found, condition: "build_error", ...spaceConditions.build_error } : found;
    const isOld = /BUILDING|STARTING/.test(hub.stage ?? "") || (hub.commit === undefined ? elapsedMs < settleMs : hub.commit !== commit);
    const line = describe(diagnosis, isOld);
    if (line !== shown) onStage(`${String(Math.round(elapsedMs / 1000)).padStart(4)} s  ${line}`);
    shown = line;
    if (final.has(diagnosis.condition) && !(isOld && diagnosis.condition === "awake")) return diagnosis;
    if (performance.now() - startedAt > timeoutMs) return diagnosis;
    await sleep(pauseMs);
  }
}

function describe({ condition, title, stage }: SpaceDiagnosis, isOld: boolean): string {
  const said = stage === undefined ? "" : ` (${stage})`;
  return isOld && condition === "awake" ? `The container from before the push still answers${said}.` : `${title}${said}`;
}

import { checkTextSpace, type StepReport, type TextSpaceCheck } from "@repo/client-kit/check-text-space";
import { spaceConditions } from "@repo/client-kit/diagnose-space";
import { CodedError } from "@repo/contracts/coded-error";
import type { Tier } from "../language-models/tiers.ts";
import { type FeatureFlags, flagOfTier } from "../settings/feature-flags.ts";
import type { StoredSettings } from "../settings/settings-store.ts";
import type { TierTarget } from "../settings/tier-targets.ts";
import type { Spaces } from "../spaces.ts";

/** A tier's Space and what a check found, or why none was made. */
export interface TierReport {
  tier: Tier;
  variant: "live" | "staging";
  url: string | null;
  /** off: switched off · unset: there is no Space. */
  outcome: "ok" | "failed" | "off" | "unset";
  check?: TextSpaceCheck;
}

/** Everything about the connections, for --json. */
export interface ConnectionReport {
  ok: boolean;
  database: { ok: boolean; kind: string; error?: string };
  enabled: boolean;
  defaultTier: Tier;
  flags: FeatureFlags | null;
  tiers: TierReport[];
  /** See {@link toExitCode}. */
  exitCode: number;
}

/** Exit codes of the command. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  database: 3,
  off: 4,
  unset: 5,
} as const;

/** 0: every Space that is set answers; 1: one does not; 4: Spaces are switched off; 5: none is set. */
export function toExitCode(settings: Pick<StoredSettings, "spaces" | "flags">, tiers: readonly TierReport[]): number {
  if (!settings.spaces.enabled || !settings.flags.useHuggingFaceSpaces) return exitCodes.off;
  if (tiers.some(({ outcome }) => outcome === "failed")) return exitCodes.failed;
  if (tiers.some(({ outcome }) => outcome === "ok")) return exitCodes.ok;
  return tiers.some(({ outcome }) => outcome === "off") ? exitCodes.off : exitCodes.unset;
}

/** Checks one Space. @param onStep told of each step as it comes */
export async function checkTarget(
  target: TierTarget,
  { spaces, waitForWakeMs, onStep }: { spaces: Pick<Spaces, "connectAnew">; waitForWakeMs: number; onStep: (report: StepReport) => void },
): Promise<TextSpaceCheck> {
  try {
    const { generator, space } = spaces.connectAnew(target);
    try {
      const steps = checkTextSpace(generator, { waitForWakeMs });
      for (;;) {
        const { done, value } = await steps.next();
        if (done === true) return value;
        onStep(value);
      }
    } finally {
      space.close();
    }
  } catch (error) {
    if (!CodedError.isInstance(error) || error.code !== "invalid_request") throw error;
    const { title, fix } = spaceConditions.not_a_space;
    const step: StepReport = { step: "address", state: "failed", message: error.message, fix };
    onStep(step);
    return { ok: false, condition: "not_a_space", title, fix, steps: [step], evidence: [] };
  }
}

/** Whether a tier is asked at all. */
export function isTierOn({ spaces, flags }: Pick<StoredSettings, "spaces" | "flags">, tier: Tier): boolean {
  return spaces.enabled && flags.useHuggingFaceSpaces && flags[flagOfTier[tier]];
}

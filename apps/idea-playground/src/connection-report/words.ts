import type { StepReport, TextSpaceCheck } from "@repo/client-kit/check-text-space";

const signs: Readonly<Record<StepReport["state"], string>> = { running: "…", passed: "✓", warned: "!", failed: "✗", skipped: "–" };

/** A step as a line on a terminal. */
export function toStepLine({ step, state, message, fix }: StepReport): string {
  const line = `  ${signs[state]} ${step.padEnd(10)} ${message}`;
  return fix === undefined ? line : `${line}\n    → ${fix}`;
}

/** The end of a check as a line on a terminal. */
export function toVerdict({ ok, title, fix }: TextSpaceCheck): string {
  return ok ? `  ${title}` : `  ${title} ${fix}`;
}

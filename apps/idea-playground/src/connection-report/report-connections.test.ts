import { expect, test } from "vitest";
import { useTextSpace } from "../../test/open-test-services.ts";
import { configSchema } from "../config.ts";
import { readFlags } from "../settings/feature-flags.ts";
import { storedSpaces } from "../settings/spaces-settings.ts";
import { toTestVariables } from "../settings/tier-targets.ts";
import { createSpaces } from "../spaces.ts";
import { parseConnectionOptions } from "./parse-options.ts";
import { checkTarget, toExitCode, type TierReport } from "./report-connections.ts";
import { toStepLine } from "./words.ts";

const settings = { spaces: storedSpaces.parse({}), flags: readFlags(undefined) };
const report = (outcome: TierReport["outcome"]): TierReport => ({ tier: "base", variant: "live", url: null, outcome });

test("the exit code says whether the Spaces that are set answer", () => {
  expect(toExitCode(settings, [report("ok"), report("unset")])).toBe(0);
  expect(toExitCode(settings, [report("ok"), report("failed")])).toBe(1);
  expect(toExitCode(settings, [report("unset")])).toBe(5);
  expect(toExitCode(settings, [report("off"), report("unset")])).toBe(4);
  expect(toExitCode({ ...settings, spaces: { ...settings.spaces, enabled: false } }, [report("ok")])).toBe(4);
  expect(toExitCode({ ...settings, flags: { ...settings.flags, useHuggingFaceSpaces: false } }, [report("ok")])).toBe(4);
});

test("options are read, and wrong ones refused", () => {
  expect(parseConnectionOptions([])).toMatchObject({
    tiers: ["base", "company", "abstraction", "user"],
    waitForWakeMs: 120_000,
    json: false,
  });
  expect(parseConnectionOptions(["--tier", "user", "--tier", "base", "--wait", "0", "--json"])).toEqual({
    tiers: ["user", "base"],
    waitForWakeMs: 0,
    json: true,
    help: false,
  });
  for (const wrong of [["--tier", "royal"], ["--wait", "soon"], ["--wait", "-1"], ["--loud"], ["base"]])
    expect(() => parseConnectionOptions(wrong)).toThrow(expect.objectContaining({ code: "invalid_request" }));
});

test("a Space is checked step by step, and what is wrong stands on the terminal with its way out", async (context) => {
  const space = await useTextSpace(context, { apiKeys: ["another-key"] });
  const config = configSchema.parse({
    TEST_SPACE_URL: space.url,
    TEST_API_ENDPOINT: "/api/generate",
    TEST_AUTH_TOKEN: "hf_x",
    LOCAL_FALLBACK: "false",
  });
  const target = toTestVariables(config);
  if (target === undefined) throw new Error("TEST_SPACE_URL names a target.");
  const lines: string[] = [];
  const spaces = createSpaces(config);
  const found = await checkTarget(target, { spaces, waitForWakeMs: 0, onStep: (step) => lines.push(toStepLine(step)) });
  expect(found).toMatchObject({ ok: false, condition: "wrong_key" });
  expect(lines.find((line) => line.includes("✗"))).toMatch(/✗ authorised .*\n {4}→ Set one of the keys/s);
  const none = await checkTarget({ ...target, url: "nowhere at all" }, { spaces, waitForWakeMs: 0, onStep: () => undefined });
  expect(none).toMatchObject({ ok: false, condition: "not_a_space" });
});

import { createSpaceClient } from "@repo/client-kit/create-space-client";
import { expect, test } from "vitest";
import { followSpace } from "./follow-space.ts";

const health = { status: "ok", service: "one", version: "0.1.0", uptimeSeconds: 1 };

interface Look {
  /** Answer of the Hub's runtime route. */
  hub?: { stage: string; sha?: string; errorMessage?: string };
  /** Status of /health and /ready of the Space; 0: the Hub's page in its place. */
  space: number;
  ready?: object;
}

/** Follows a Space that looks like this, one look after the other; the last one stays. */
async function follow(looks: Look[], options: { settleMs?: number; timeoutMs?: number } = {}) {
  let look = -1;
  const now = (): Look => looks[Math.max(0, look)] ?? { space: 0 };
  const client = createSpaceClient({
    url: "owner/name",
    fetch: async (input) => {
      const { pathname } = new URL(input instanceof Request ? input.url : input.toString());
      await Promise.resolve();
      const { space, hub, ready = { ready: true, stage: "ready" } } = now();
      if (pathname.endsWith("/runtime")) return Response.json(hub);
      if (space === 0) return new Response("<html>asleep</html>", { status: 503, headers: { "content-type": "text/html" } });
      return Response.json(pathname === "/ready" ? ready : health, { status: space });
    },
  });
  const readHub = async () => {
    look = Math.min(look + 1, looks.length - 1);
    return await Promise.resolve({ stage: now().hub?.stage, commit: now().hub?.sha });
  };
  const stages: string[] = [];
  const diagnosis = await followSpace({
    client,
    readHub,
    commit: "new",
    pauseMs: 1,
    settleMs: 0,
    timeoutMs: 5_000,
    ...options,
    onStage: (line) => stages.push(line.replace(/^ *\d+ s {2}/, "")),
  });
  client.close();
  return { diagnosis, stages };
}

test("it goes through building and starting until what was pushed is ready", async () => {
  const { diagnosis, stages } = await follow([
    { hub: { stage: "RUNNING_BUILDING", sha: "old" }, space: 200 },
    { hub: { stage: "APP_STARTING", sha: "new" }, space: 0 },
    { hub: { stage: "RUNNING", sha: "new" }, space: 200, ready: { ready: false, stage: "loading", reason: "Reading the model." } },
    { hub: { stage: "RUNNING", sha: "new" }, space: 200 },
  ]);
  expect(diagnosis.condition).toBe("awake");
  expect(stages[0]).toContain("from before the push");
  expect(stages.join("\n")).toContain("still loading");
});

test("the old container's yes does not count while the new commit is built", async () => {
  const { diagnosis } = await follow([{ hub: { stage: "RUNNING", sha: "old" }, space: 200 }], { timeoutMs: 50 });
  const { stages } = await follow([{ hub: { stage: "RUNNING", sha: "old" }, space: 200 }], { timeoutMs: 50 });
  expect(diagnosis.condition).toBe("awake");
  expect(stages).toEqual([expect.stringContaining("from before the push")]);
});

test.for([
  ["a build that failed", { hub: { stage: "BUILD_ERROR", sha: "old" }, space: 0 }, "build_error"],
  ["a build that failed while the old container answers", { hub: { stage: "BUILD_ERROR", sha: "old" }, space: 200 }, "build_error"],
  ["a crash", { hub: { stage: "RUNTIME_ERROR", sha: "new" }, space: 0 }, "runtime_error"],
  [
    "too little memory",
    { hub: { stage: "RUNTIME_ERROR", sha: "new", errorMessage: "Memory limit exceeded (16Gi)" }, space: 0 },
    "out_of_memory",
  ],
  [
    "a model that cannot be loaded",
    { hub: { stage: "RUNNING", sha: "new" }, space: 200, ready: { ready: false, stage: "failed", reason: "A pointer." } },
    "model_failed",
  ],
] as [string, Look, string][])("%s ends the wait and is named", async ([, look, condition]) => {
  expect((await follow([look])).diagnosis.condition).toBe(condition);
});

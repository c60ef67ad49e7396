import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { waitUntil } from "@repo/testing/wait-until";
import { startMain } from "@repo/testing/space-process";
import { expect, test } from "vitest";

/** Each test starts a process from source, which takes half a minute on a busy machine. */
const timeout = 180_000;

const start = (environment: Record<string, string>) => startMain(new URL("main.ts", import.meta.url), environment);

/** Starts it, waits until loading has failed, and gives what /ready says and what routes answer. */
async function startWithout(environment: Record<string, string>): Promise<{ reason: string; statuses: number[] }> {
  const child = start(environment);
  const url = await child.address();
  const ready = async (): Promise<{ stage: string; reason: string }> =>
    (await (await fetch(`${url}/ready`)).json()) as { stage: string; reason: string };
  const { reason } = await waitUntil(ready, ({ stage }) => stage === "failed");
  const post = async (path: string, body: object): Promise<number> => {
    const response = await fetch(`${url}${path}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    await response.body?.cancel();
    return response.status;
  };
  const statuses = [
    await post("/generate-text", { prompt: "x" }),
    await post("/v1/completions", { prompt: "x" }),
    await post("/generate", { inputs: "x" }),
    (await fetch(`${url}/health`)).status,
  ];
  expect(await child.stop()).toBe(0);
  return { reason, statuses };
}

test(
  "without a model the process lives and says so: 503 on our own route, 429 for clients that repeat a 503 without end",
  { timeout },
  async () => {
    const { reason, statuses } = await startWithout({ MODEL_DIRECTORY: "/nowhere" });
    expect(reason).toBe("The model's folder is not there.");
    expect(statuses).toEqual([503, 429, 429, 200]);
  },
);

test("a Git LFS pointer in place of the weights is named as such", { timeout }, async () => {
  const directory = await mkdtemp(join(tmpdir(), "llm-generate-"));
  await writeFile(join(directory, "model.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
  await writeFile(join(directory, "model.json"), JSON.stringify({ name: "x", files: [{ path: "model.onnx", sha256: "00", bytes: 5 }] }));
  expect((await startWithout({ MODEL_DIRECTORY: directory })).reason).toContain("model.onnx is a Git LFS pointer");
});

test("wrong variables end the process with code 1 and a list that names them without their values", { timeout }, async () => {
  const child = start({ PORT: "hunter2", MODEL: "huge", KV_MB: "-1" });
  const { code, problems } = await child.end();
  expect(code).toBe(1);
  for (const name of ["PORT: expected number", "MODEL: expected pocket or full", "KV_MB"]) expect(problems).toContain(name);
  expect(problems).not.toContain("hunter2");
});

/** The command as people call it, with the real client package, against a small Hub and a Space on this machine. */
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type FakeSpace, startFakeSpace } from "@repo/testing/fake-space";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type HubServer, startHubServer } from "./ship/test/hub-server.ts";
import { repositoryRoot } from "./workspace-units.ts";

const id = "owner/minilm";
const token = "hf_test";
let hub: HubServer;
let space: FakeSpace;
let folder: string;

beforeAll(async () => {
  hub = await startHubServer(id, token);
  space = await startFakeSpace();
  folder = mkdtempSync(join(tmpdir(), "push-space-"));
});
afterAll(async () => {
  await hub?.close();
  await space?.close();
  rmSync(folder, { recursive: true, force: true });
});

async function pushSpace(args: string[], environment: Record<string, string> = {}): Promise<{ status: number | null; output: string }> {
  const { HF_TOKEN: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [join(repositoryRoot, "tools/push-space.ts"), "minilm-embed", ...args], {
    cwd: repositoryRoot,
    env: { ...inherited, HF_ENDPOINT: hub.url, ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (part: Buffer) => (output += part.toString()));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.once("close", resolve);
  return { status: await promise, output };
}

test("a dry run without a token writes the repository and asks nobody", async () => {
  const out = join(folder, "dry");
  const { status, output } = await pushSpace(["--dry-run", "--out", out, "--model", "pocket"]);
  expect(output).toMatch(/\+ dist\/main\.js/);
  expect(status).toBe(0);
  expect(hub.requests).toEqual([]);
  expect(readFileSync(join(out, "Dockerfile"), "utf8")).toContain('ARG MODEL="pocket"');
  expect(readFileSync(join(out, "start.sh"), "utf8")).toMatch(/^#!\/bin\/sh\nexec node .*dist\/main\.js\n$/);
  expect(readFileSync(join(out, "README.md"), "utf8")).toMatch(/^---\ntitle: /);
  expect(JSON.parse(readFileSync(join(out, "package.json"), "utf8"))).toMatchObject({
    dependencies: { "onnxruntime-node": expect.stringMatching(/^\d/) },
  });
});

test("without a token, without an answer or to no owner nothing is pushed", async () => {
  expect(await pushSpace(["--to", id])).toMatchObject({ status: 1, output: expect.stringContaining("Set HF_TOKEN") });
  expect(await pushSpace(["--to", "minilm"], { HF_TOKEN: token })).toMatchObject({
    status: 1,
    output: expect.stringContaining("<owner>/<name>"),
  });
  expect(await pushSpace(["--to", id], { HF_TOKEN: token })).toMatchObject({ status: 1, output: expect.stringContaining("--yes") });
  expect(await pushSpace(["--to", id, "--yes", "--secret", "NOT_SET"], { HF_TOKEN: token })).toMatchObject({
    status: 1,
    output: expect.stringContaining("NOT_SET"),
  });
  expect(hub.files).toBeUndefined();
});

test("a token that may not write is told in words, and is not repeated", async () => {
  const { status, output } = await pushSpace(["--to", id, "--yes"], { HF_TOKEN: "hf_wrong" });
  expect(status).toBe(1);
  expect(output).toContain("The token is missing, wrong or expired");
  expect(output).not.toContain("hf_wrong");
});

test("the first push makes the Space, sets variables before the build and follows it until it is ready", async () => {
  hub.runtime = [{ stage: "BUILDING" }, { stage: "RUNNING", sha: "c0ffee" }];
  const { status, output } = await pushSpace(
    [
      "--to",
      id,
      "--yes",
      "--private",
      "--model",
      "pocket",
      "--variable",
      "CACHE_MB=8",
      "--secret",
      "SPACE_API_KEYS",
      "--address",
      space.url,
    ],
    { HF_TOKEN: token, SPACE_API_KEYS: "a-key-for-callers" },
  );
  expect(output).toContain(`Ready: ${space.url}`);
  expect(status).toBe(0);
  expect(output).not.toContain("a-key-for-callers");
  expect(hub.isPrivate).toBe(true);
  expect([...hub.variables]).toEqual([
    ["MODEL", "pocket"],
    ["CACHE_MB", "8"],
  ]);
  expect([...hub.secrets]).toEqual([["SPACE_API_KEYS", "a-key-for-callers"]]);
  const sets = hub.requests.findIndex((line) => line.endsWith("/variables"));
  expect(sets).toBeGreaterThan(0);
  expect(hub.requests.findIndex((line) => line.includes("/commit/"))).toBeGreaterThan(sets);
  // What arrived is what the image is built from, the large file by LFS.
  const weights = hub.files?.get("models/pocket-minilm/model.onnx");
  expect(weights?.isLfs).toBe(true);
  expect(weights?.content.equals(readFileSync(join(repositoryRoot, "models/pocket-minilm/model.onnx")))).toBe(true);
  expect(hub.files?.get("Dockerfile")?.isLfs).toBe(false);
});

test("a second push of the same finds no difference and makes no commit", async () => {
  hub.requests.length = 0;
  const { status, output } = await pushSpace(["--to", id, "--yes", "--model", "pocket"], { HF_TOKEN: token });
  expect(output).toContain("No file differs.");
  expect(status).toBe(0);
  expect(hub.requests.some((line) => line.includes("/commit/"))).toBe(false);
});

test("own weights go along by LFS; a pointer in their place is refused", async () => {
  const weights = join(folder, "weights");
  cpSync(join(repositoryRoot, "models/pocket-minilm"), weights, { recursive: true });
  const { status, output } = await pushSpace(["--to", id, "--yes", "--model", "pocket", "--weights", weights, "--no-wait"], {
    HF_TOKEN: token,
  });
  expect(output).toContain("+ model/model.onnx");
  expect(status).toBe(0);
  expect(hub.files?.get("model/model.onnx")?.isLfs).toBe(true);

  writeFileSync(join(weights, "model.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n");
  const pointer = await pushSpace(["--dry-run", "--out", join(folder, "pointer"), "--weights", weights]);
  expect(pointer).toMatchObject({ status: 1, output: expect.stringContaining("Git LFS pointer") });
});

test("a build that fails is named as client-kit names it, with the end of its log", async () => {
  hub.runtime = [{ stage: "BUILD_ERROR", errorMessage: "Job failed with exit code: 1" }];
  hub.buildLog = ["#12 RUN pnpm install", "ERR_PNPM_OUTDATED_LOCKFILE"];
  const { status, output } = await pushSpace(["--to", id, "--yes", "--model", "pocket", "--address", "http://127.0.0.1:1"], {
    HF_TOKEN: token,
  });
  expect(status).toBe(1);
  expect(output).toContain("- model/model.onnx");
  expect(output).toContain("build_error: The Space could not be built.");
  expect(output).toContain("ERR_PNPM_OUTDATED_LOCKFILE");
});

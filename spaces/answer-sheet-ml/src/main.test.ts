import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { toJpeg } from "../test/sheet-files.ts";
import { writeTinyModels } from "../test/tiny-models.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));

function start(environment: Record<string, string>) {
  return spawn(process.execPath, [main], {
    env: { PATH: process.env["PATH"], PORT: "0", WORKERS: "1", ...environment },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

async function readAddress(child: ReturnType<typeof start>): Promise<string> {
  for await (const line of createInterface({ input: child.stdout })) {
    const entry = JSON.parse(line) as { url?: string };
    if (entry.url !== undefined) return entry.url;
  }
  throw new Error("It did not listen.");
}

test("the process serves, reads a picture out of a query as the original's clients send it, and stops in order", async () => {
  const child = start({ MODEL_DIRECTORY: await writeTinyModels() });
  const url = await readAddress(child);
  const data = Buffer.from((await toJpeg({ register: "212223240017" })).bytes).toString("base64");
  const query = new URLSearchParams({ image_data: data });
  expect(query.toString().length).toBeGreaterThan(16 * 1024);
  const answer = await fetch(`${url}/extract/base64?${query.toString()}`, { method: "POST" });
  expect(await answer.json()).toMatchObject({ success: true, register_number: "212223240017" });
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  expect(await gone).toEqual([0, null]);
});

test("without models the process lives, says which files are missing, and answers 503", async () => {
  const child = start({ MODEL_DIRECTORY: "/nowhere", LOG_LEVEL: "info" });
  const url = await readAddress(child);
  await expect.poll(async () => ((await (await fetch(`${url}/ready`)).json()) as { stage: string }).stage).toBe("failed");
  const status = (await (await fetch(`${url}/status`)).json()) as Record<string, unknown>;
  expect(status).toMatchObject({ ready: false, primary_yolo: false, register_crnn: false, subject_crnn: false });
  expect(status["error"]).toContain("region-detector.onnx (missing)");
  const refused = await fetch(`${url}/extract`, { method: "POST", headers: { "content-type": "image/png" }, body: "x" });
  expect([refused.status, ((await refused.json()) as { success: boolean }).success]).toEqual([503, false]);
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
});

test("wrong variables end the process with code 1 and a list that names them", async () => {
  const child = start({ REGISTER_PATTERN: "(a+)+", PORT: "hunter2" });
  let problems = "";
  child.stderr.on("data", (chunk: Buffer) => (problems += chunk.toString()));
  expect(await once(child, "close")).toEqual([1, null]);
  expect(problems).toContain("REGISTER_PATTERN: expected a pattern");
  expect(problems).toContain("PORT: expected number");
});

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { toPicture } from "../test/pictures.ts";
import { writeTinyModel } from "../test/tiny-model.ts";

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

test("the process serves whichever size its model's folder says, and stops in order", async () => {
  const directory = await writeTinyModel({ size: 32, textLength: 16 });
  const child = start({ MODEL_DIRECTORY: directory, DATA_DIRECTORY: directory });
  const url = await readAddress(child);
  const { bytes } = await toPicture("#c00000");
  const answer = await fetch(`${url}/models/google/siglip2-so400m-patch14-384`, { method: "POST", body: bytes as Uint8Array<ArrayBuffer> });
  expect(await answer.json()).toHaveLength(1152);
  expect(await (await fetch(`${url}/info`)).json()).toMatchObject({ image_size: 32, max_tokens: 16 });
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  expect(await gone).toEqual([0, null]);
});

test("without a model the process lives, says what is missing, and answers 503", async () => {
  const child = start({ MODEL_DIRECTORY: "/nowhere" });
  const url = await readAddress(child);
  await expect.poll(async () => ((await (await fetch(`${url}/ready`)).json()) as { stage: string }).stage).toBe("failed");
  const refused = await fetch(`${url}/embed/text`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ texts: ["red"] }),
  });
  expect(refused.status).toBe(503);
  const gone = once(child, "exit");
  child.kill("SIGTERM");
  await gone;
});

test("wrong variables end the process with code 1 and a list that names them without their values", async () => {
  const child = start({ PORT: "hunter2", MODEL: "huge" });
  let problems = "";
  child.stderr.on("data", (chunk: Buffer) => (problems += chunk.toString()));
  expect(await once(child, "close")).toEqual([1, null]);
  expect(problems).toContain("PORT: expected number");
  expect(problems).toContain("MODEL: expected pocket or full");
  expect(problems).not.toContain("hunter2");
});

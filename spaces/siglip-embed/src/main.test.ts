import { startMain } from "@repo/testing/space-process";
import { expect, test } from "vitest";
import { toPicture } from "../test/pictures.ts";
import { writeTinyModel } from "../test/tiny-model.ts";

const start = (environment: Record<string, string>) => startMain(new URL("main.ts", import.meta.url), { WORKERS: "1", ...environment });

test("the process serves whichever size its model's folder says, and stops in order", async () => {
  const directory = await writeTinyModel({ size: 32, textLength: 16 });
  const child = start({ MODEL_DIRECTORY: directory, DATA_DIRECTORY: directory });
  const url = await child.address();
  const { bytes } = await toPicture("#c00000");
  const answer = await fetch(`${url}/models/google/siglip2-so400m-patch14-384`, { method: "POST", body: bytes as Uint8Array<ArrayBuffer> });
  expect(await answer.json()).toHaveLength(1152);
  expect(await (await fetch(`${url}/info`)).json()).toMatchObject({ image_size: 32, max_tokens: 16 });
  expect(await child.stop()).toBe(0);
});

test("without a model the process lives, says what is missing, and answers 503", async () => {
  const child = start({ MODEL_DIRECTORY: "/nowhere" });
  const url = await child.address();
  await expect.poll(async () => ((await (await fetch(`${url}/ready`)).json()) as { stage: string }).stage).toBe("failed");
  const refused = await fetch(`${url}/embed/text`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ texts: ["red"] }),
  });
  expect(refused.status).toBe(503);
  await child.stop();
});

test("wrong variables end the process with code 1 and a list that names them without their values", async () => {
  const child = start({ PORT: "hunter2", MODEL: "huge" });
  const { code, problems } = await child.end();
  expect(code).toBe(1);
  expect(problems).toContain("PORT: expected number");
  expect(problems).toContain("MODEL: expected pocket or full");
  expect(problems).not.toContain("hunter2");
});

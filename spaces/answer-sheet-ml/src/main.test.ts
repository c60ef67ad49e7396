import { startMain } from "@repo/testing/space-process";
import { expect, test } from "vitest";
import { toJpeg } from "../test/sheet-files.ts";
import { writeTinyModels } from "../test/tiny-models.ts";

const start = (environment: Record<string, string>) => startMain(new URL("main.ts", import.meta.url), { WORKERS: "1", ...environment });

test("the process serves, reads a picture out of a query as the original's clients send it, and stops in order", async () => {
  const child = start({ MODEL_DIRECTORY: await writeTinyModels() });
  const url = await child.address();
  const data = Buffer.from((await toJpeg({ register: "212223240017" })).bytes).toString("base64");
  const query = new URLSearchParams({ image_data: data });
  expect(query.toString().length).toBeGreaterThan(16 * 1024);
  const answer = await fetch(`${url}/extract/base64?${query.toString()}`, { method: "POST" });
  expect(await answer.json()).toMatchObject({ success: true, register_number: "212223240017" });
  expect(await child.stop()).toBe(0);
});

test("without models the process lives, says which files are missing, and answers 503", async () => {
  const child = start({ MODEL_DIRECTORY: "/nowhere", LOG_LEVEL: "info" });
  const url = await child.address();
  await expect.poll(async () => ((await (await fetch(`${url}/ready`)).json()) as { stage: string }).stage).toBe("failed");
  const status = (await (await fetch(`${url}/status`)).json()) as Record<string, unknown>;
  expect(status).toMatchObject({ ready: false, primary_yolo: false, register_crnn: false, subject_crnn: false });
  expect(status["error"]).toContain("region-detector.onnx (missing)");
  const refused = await fetch(`${url}/extract`, { method: "POST", headers: { "content-type": "image/png" }, body: "x" });
  expect([refused.status, ((await refused.json()) as { success: boolean }).success]).toEqual([503, false]);
  await child.stop();
});

test("wrong variables end the process with code 1 and a list that names them", async () => {
  const child = start({ REGISTER_PATTERN: "(a+)+", PORT: "hunter2" });
  const { code, problems } = await child.end();
  expect(code).toBe(1);
  expect(problems).toContain("REGISTER_PATTERN: expected a pattern");
  expect(problems).toContain("PORT: expected number");
});

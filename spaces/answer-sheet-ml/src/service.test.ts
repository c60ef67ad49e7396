import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { extractResponse } from "@repo/contracts/answer-sheets";
import { toJpeg, toPdf, toPng } from "../test/sheet-files.ts";
import { writeTinyModels } from "../test/tiny-models.ts";
import { createService, type SheetService } from "./service.ts";

let service: SheetService;
beforeAll(async () => {
  service = await createService({ MODEL_DIRECTORY: await writeTinyModels(), WORKERS: 1 });
}, 60_000);
afterAll(async () => await service.close());

const register = "212223240017";
const subject = "19AI405";

test("a sheet is read: both fields, boxes of the upright page, confidences and a name for the file", async () => {
  const answer = await service.read(await toJpeg({ register, subject }), { exam_type: "CIA1", crops: true });
  expect(extractResponse.parse(answer)).toEqual(answer);
  expect(answer).toMatchObject({
    success: true,
    register_number: register,
    subject_code: subject,
    page: 1,
    pages: 1,
    rotation: 0,
    warnings: [],
  });
  expect(answer.suggested_filename).toBe("212223240017_19AI405_CIA1.jpg");
  expect(answer.register_confidence).toBeGreaterThan(0.9);
});

test.for([0, 90, 180, 270] as const)("a page turned by %i degrees is read", async (turned) => {
  const answer = await service.read(toPng({ register, subject, turned }));
  expect([answer.register_number, answer.subject_code, answer.rotation]).toEqual([register, subject, (360 - turned) % 360]);
  expect(answer.register_candidates[0]?.box[1]).toBeCloseTo(400 / 2048, 2);
});

test("a PDF gives its first page unless more are asked for", async () => {
  const pdf = await toPdf([{ subject }, { register }]);
  expect(await service.read(pdf)).toMatchObject({ register_number: "", subject_code: subject, pages: 2 });
  expect(await service.read(pdf, { pages: "all" })).toMatchObject({ register_number: register, subject_code: subject, page: 2 });
});

test("models in the original's form are read as they are: colours at 640 x 640, time first, no orientation", async () => {
  const original = await createService({ MODEL_DIRECTORY: await writeTinyModels("original"), WORKERS: 1 });
  try {
    const upright = await original.read(await toJpeg({ register, subject }));
    expect(upright).toMatchObject({ register_number: register, subject_code: subject, rotation: 0 });
    const turned = await original.read(toPng({ register, subject, turned: 180 }));
    expect(turned).toMatchObject({ register_number: register, rotation: 180 });
  } finally {
    await original.close();
  }
});

test("a batch is read side by side; the caller's place in the file list stays", async () => {
  const items = [];
  for await (const item of service.readMany([toPng({ register }, "a.png"), { bytes: new Uint8Array(), name: "b.png" }])) items.push(item);
  expect(items.map(({ index, file, error }) => [index, file, error?.code]).toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual([
    [0, "a.png", undefined],
    [1, "b.png", "invalid_request"],
  ]);
});

test("an aborted call is cancelled, a late one ends at its deadline, and neither blocks what comes after", async () => {
  const file = toPng({ register });
  await expect(service.read(file, {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "cancelled" });
  await expect(service.read(file, {}, { deadlineAt: Date.now() + 1 })).rejects.toMatchObject({ code: "deadline_exceeded" });
  expect((await service.read(file)).register_number).toBe(register);
});

test("missing models and pointers of Git LFS are named", async () => {
  const directory = await writeTinyModels();
  await writeFile(join(directory, "register-reader.onnx"), "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 5\n");
  await rm(join(directory, "subject-reader.onnx"));
  await expect(createService({ MODEL_DIRECTORY: directory })).rejects.toMatchObject({
    code: "model_unavailable",
    message: expect.stringMatching(/register-reader.onnx \(lfs-pointer\), subject-reader.onnx \(missing\)/) as string,
    details: { files: expect.arrayContaining([expect.objectContaining({ path: "region-detector.onnx", state: "ok" })]) as unknown },
  });
});

test("what model.json says counts: names, classes and calibration", async () => {
  const facts = {
    name: "test/sheets",
    register_reader: {
      calibration: {
        kind: "points",
        points: [
          [0, 0.25],
          [1, 0.25],
        ],
      },
    },
  };
  const own = await createService({ MODEL_DIRECTORY: await writeTinyModels("ours", facts), WORKERS: 1 });
  try {
    const answer = await own.read(toPng({ register, subject }));
    expect(answer.model).toMatchObject({
      detector: "test/sheets/region-detector",
      revision: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    });
    expect(answer.register_confidence).toBe(0.25);
  } finally {
    await own.close();
  }
});

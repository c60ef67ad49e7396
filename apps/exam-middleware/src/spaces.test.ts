/** The Space's real service, over HTTP and in this process. */
import { createService } from "@repo/answer-sheet-ml/service";
import type { ExtractResponse } from "@repo/contracts/answer-sheets";
import { createSilentLogger } from "@repo/server-kit/log";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loadSheetKit, serveSheets } from "../test/real-sheet-service.ts";
import { configSchema } from "./config.ts";
import { createSpaces, type Spaces } from "./spaces.ts";

type Kit = Awaited<ReturnType<typeof loadSheetKit>>;
let kit: Kit;
let models: string;
let service: Awaited<ReturnType<typeof createService>>;
const opened: Spaces[] = [];
const timeout = 60_000;
const sheet = { register: "212223240017", subject: "19AI405" };

beforeAll(async () => {
  kit = await loadSheetKit();
  models = await kit.writeTinyModels();
  service = await createService({ MODEL_DIRECTORY: models, WORKERS: 1 });
}, timeout);
afterAll(async () => {
  for (const spaces of opened) await spaces.close();
  await service?.close();
});

function open(variables: Record<string, string>): Spaces {
  const config = configSchema.parse({ MODEL_DIRECTORY: models, SPACE_WAKE_BUDGET_MS: "1000", SPACE_TIMEOUT_MS: "20000", ...variables });
  const spaces = createSpaces(config, createSilentLogger());
  opened.push(spaces);
  return spaces;
}
const withoutTimes = ({ timings_ms: _times, ...answer }: ExtractResponse) => answer;

test("when the Space is gone its own service in this process answers, in the same shape and units", { timeout }, async () => {
  const space = await serveSheets(service);
  const spaces = open({ HF_SPACE_URL: space.url });
  const remote = await spaces.reader.read(kit.toPng(sheet), { crops: true });
  expect(remote.mode).toBe("remote");
  expect(remote.answer).toMatchObject({ success: true, register_number: sheet.register, subject_code: sheet.subject });
  await space.close();
  const local = await spaces.reader.read(kit.toPng(sheet), { crops: true });
  expect(local.mode).toBe("local");
  expect(withoutTimes(local.answer)).toEqual(withoutTimes(remote.answer));
  const status = await spaces.status();
  expect(status).toMatchObject({ available: true, mode: "local", reached: false, message: expect.any(String) as string });
});

test("the status says that the Space was reached only when it answered", { timeout }, async () => {
  const space = await serveSheets(service);
  expect(await open({ ML_SERVICE_URL: space.url }).status()).toMatchObject({
    available: true,
    mode: "remote",
    reached: true,
    message: null,
  });
  await space.close();
  const gone = await open({ HF_SPACE_URL: space.url, LOCAL_FALLBACK: "false" }).status();
  expect(gone).toMatchObject({ available: false, mode: "remote", reached: false, spaceUrl: space.url });
});

test("where the service cannot be loaded here, the Space's own error is the answer", { timeout }, async () => {
  const spaces = open({ HF_SPACE_URL: "http://127.0.0.1:9", MODEL_DIRECTORY: "/nowhere" });
  const read = async () => await spaces.reader.read(kit.toPng(sheet), {}, { deadlineAt: Date.now() + 3_000 });
  await expect(read()).rejects.toMatchObject({ code: "model_unavailable", message: expect.stringContaining("127.0.0.1:9") as string });
});

test("without a Space this process reads; with reading switched off nobody does, and both say so", { timeout }, async () => {
  const local = open({});
  expect(await local.status()).toMatchObject({ available: true, mode: "local", reached: null, spaceUrl: null });
  expect((await local.reader.read(kit.toPng(sheet), {})).answer.register_number).toBe(sheet.register);
  const off = open({ ML_SERVICE_ENABLED: "false" });
  expect(await off.status()).toMatchObject({ available: false, mode: "unknown" });
  await expect(off.reader.read(kit.toPng(sheet), {})).rejects.toMatchObject({ code: "model_unavailable" });
});

test("a broken file is the caller's fault wherever it is read, in the service's own words", { timeout }, async () => {
  const space = await serveSheets(service);
  const broken = { bytes: kit.toPng(sheet).bytes.subarray(0, 100), name: "cut.png" };
  const messages: string[] = [];
  for (const spaces of [open({ HF_SPACE_URL: space.url }), open({})]) {
    const error = await spaces.reader.read(broken, {}).catch((thrown: unknown) => thrown as Error);
    expect(error).toMatchObject({ code: "invalid_request" });
    messages.push((error as Error).message);
  }
  expect(messages[0]).toBe(messages[1]);
  await space.close();
});

import type { AnswerSheetReader } from "@repo/contracts/answer-sheets";
import { extractRoute } from "@repo/contracts/answer-sheets";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import { createServer } from "@repo/server-kit/create-server";
import { listen } from "@repo/server-kit/listen";
import { mountRoute } from "@repo/server-kit/mount-route";

/** The Space's own test material: models of a few kilobytes that really read, and sheets that they can read. */
interface SheetKit {
  writeTinyModels(): Promise<string>;
  toPng(sheet: { register?: string; subject?: string }, name?: string): UploadedFile;
}

/** Loads it from the Space's folder, where it is kept beside what it tests. */
export async function loadSheetKit(): Promise<SheetKit> {
  const from = (file: string): string => new URL(`../../../spaces/answer-sheet-ml/test/${file}`, import.meta.url).href;
  const [models, files] = (await Promise.all([import(from("tiny-models.ts")), import(from("sheet-files.ts"))])) as [SheetKit, SheetKit];
  return { writeTinyModels: models.writeTinyModels, toPng: files.toPng };
}

/** Puts a service behind HTTP, as the Space does. */
export async function serveSheets(service: AnswerSheetReader): Promise<{ url: string; close(): Promise<void> }> {
  const server = createServer({ name: "answer-sheet-ml", version: "0.0.0" });
  mountRoute(server, extractRoute, async ({ file, ...options }, context) => await service.read(file, options, context));
  const { url, close } = await listen(server, { port: 0, hostname: "127.0.0.1" });
  return { url, close: async () => await close({ force: true }) };
}

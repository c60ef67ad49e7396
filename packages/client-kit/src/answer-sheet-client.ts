import { extractBatchRoute, extractRoute, type AnswerSheetReader } from "@repo/contracts/answer-sheets";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import { createSpaceClient, type SpaceClient, type SpaceClientOptions } from "./create-space-client.ts";

/** A Space as an AnswerSheetReader. */
export interface AnswerSheetClient extends AnswerSheetReader {
  readonly space: SpaceClient;
}

/** A page takes a second on a slow machine, and others may stand in the queue before it. */
const defaultTimeoutMs = 120_000;
/** A batch that is cut short is sent again as a whole, so it is kept small; the reader computes two at a time anyway. */
const maxFilesPerCall = 16;
const maxBytesPerCall = 32 * 1024 * 1024;

/**
 * Reads answer sheets at a Space. A large batch is sent in pieces of 16 files or 32 MiB, one after the other; results come
 * as each page is ready.
 * @throws what SpaceClient.call throws; readMany reports a broken file as an item and throws only when the Space is lost
 */
export function createAnswerSheetClient(spaceOrOptions: SpaceClient | SpaceClientOptions): AnswerSheetClient {
  const space = "call" in spaceOrOptions ? spaceOrOptions : createSpaceClient({ timeoutMs: defaultTimeoutMs, ...spaceOrOptions });
  return {
    space,
    read: async (file, options = {}, context = {}) => await space.call(extractRoute, { file, ...options }, context),
    async *readMany(files, options = {}, context = {}) {
      for (const { first, piece } of toPieces(files)) {
        for await (const item of space.stream(extractBatchRoute, { files: piece, ...options }, context)) {
          yield { ...item, index: first + item.index };
        }
      }
    },
  };
}

function toPieces(files: readonly UploadedFile[]): { first: number; piece: UploadedFile[] }[] {
  const pieces: { first: number; piece: UploadedFile[]; bytes: number }[] = [];
  for (const [index, file] of files.entries()) {
    const last = pieces.at(-1);
    const fits = last !== undefined && last.piece.length < maxFilesPerCall && last.bytes + file.bytes.length <= maxBytesPerCall;
    if (!fits) pieces.push({ first: index, piece: [file], bytes: file.bytes.length });
    else {
      last.piece.push(file);
      last.bytes += file.bytes.length;
    }
  }
  return pieces;
}

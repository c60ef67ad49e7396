import { endWithParent } from "@repo/confined-process/end-with-parent";
import type { PdfReply, PdfRequest } from "../src/pdf/pdf-protocol.ts";

/** A reading process of 9 pages with faults: page 2 hangs it, page 4 crashes it. Widths are its process id. */
process.on("message", (request: PdfRequest) => {
  if (request.kind === "open") return reply({ kind: "opened", pageCount: 9, metadata: {} as never });
  if (request.index === 2) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (request.index === 4) process.abort();
  const nothing = { lines: [], pictures: [], smallPictures: 0, preview: undefined, warnings: [] };
  reply({ kind: "page", page: { index: request.index, width: process.pid, height: 1, readMs: 1, ...nothing } });
});

function reply(message: PdfReply): void {
  process.send?.(message);
}

endWithParent();
reply({ kind: "ready" });

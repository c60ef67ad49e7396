import { endWithParent } from "@repo/confined-process/end-with-parent";
import type { CloseDocument, PageRequest } from "../src/images/document-protocol.ts";

/**
 * A decoding process with faults: a file that ends in 1 ends it whenever it is read, one that ends in 2 hangs it, any other
 * is one black pixel; the page's dpi is the id of the process.
 */
process.on("message", (message: PageRequest | CloseDocument) => {
  if ("close" in message) return;
  const last = message.bytes?.at(-1);
  if (last === 1) process.exit(3);
  if (last === 2) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  const page = { index: 1, count: 1, width: 1, height: 1, gray: Uint8Array.of(0), dpi: process.pid, type: message.type, readMs: 1 };
  process.send?.({ kind: "page", id: message.id, selected: 1, page });
});
endWithParent();
process.send?.({ kind: "ready" });

import { createPageReader } from "../src/images/page-reader.ts";

/** Reads a file whose decoding hangs, and tells the id of the process that it hangs in. */
const reader = createPageReader({ maxPageMs: 600_000, workerEntry: new URL("faulty-document-worker.ts", import.meta.url) });
const gif = (fault: number) => Uint8Array.from([...Buffer.from("GIF89a"), fault]);
const { value: page } = await reader.read(gif(0)).next();
void reader.read(gif(2)).next();
process.send?.(page?.dpi);

import { writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { endWithParent } from "../src/end-with-parent.ts";

/** Tells what it may do; "hang" and "grow" do so. */
process.on("message", (message: string) => {
  if (message === "hang") Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (message === "grow") held.push(Buffer.alloc(300_000_000, 1));
});
const held: Buffer[] = [];
endWithParent();
// oxlint-disable-next-line node/no-process-env -- what the process was given is what is tested
process.send?.({ environment: Object.keys(process.env), canWrite: canWrite() });

function canWrite(): boolean {
  try {
    writeFileSync(`${tmpdir()}/confined-module-was-here`, "");
    return true;
  } catch {
    return false;
  }
}

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, expect, test } from "vitest";
import { type FakeMoodle, startFakeMoodle } from "./fake-moodle.ts";

const program = fileURLToPath(new URL("submission-process.ts", import.meta.url));
const running = new Set<ChildProcess>();
let fake: FakeMoodle | undefined;

afterEach(async () => {
  for (const child of running) child.kill("SIGKILL");
  await fake?.close();
});

function start(directory: string, url: string, ...task: string[]): ChildProcess {
  const child = spawn(process.execPath, [program, directory, url, ...task], { stdio: ["ignore", "pipe", "inherit"] });
  running.add(child);
  child.once("exit", () => running.delete(child));
  return child;
}

for (const [at, kind] of [
  ["upload.php", "hang-after"],
  ["mod_assign_save_submission", "hang"],
  ["mod_assign_save_submission", "hang-after"],
  ["mod_assign_submit_for_grading", "hang-after"],
] as const) {
  test(`killed during ${at} (${kind}), the sheet is handed in once by the process that comes after`, async () => {
    const directory = await mkdtemp(join(tmpdir(), "exam-submission-"));
    fake = await startFakeMoodle({
      users: [{ id: 7, username: "ada", password: "pw", fullName: "Ada" }],
      assignments: [{ id: 11, courseId: 3, cmid: 111, name: "A", submissionDrafts: true, students: ["ada"] }],
    });
    const { calls, changes, url } = fake;
    fake.fail({ at, kind });
    const first = start(directory, url, "submit");
    await expect.poll(() => calls.some((call) => call.at === at), { timeout: 60_000, interval: 20 }).toBe(true);
    first.kill("SIGKILL");
    await once(first, "exit");
    const [code] = (await once(start(directory, url), "exit")) as [number];
    expect(code).toBe(0);
    expect(changes.map((change) => change.at)).toEqual(["save", "submit"]);
    expect(fake.submissionOf("ada", 11)).toMatchObject({ status: "submitted", files: [{ filename: "212223060001_19AI405_CIA1.pdf" }] });
    await rm(directory, { recursive: true });
  });
}

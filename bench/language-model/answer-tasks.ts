import type { BenchPrompt, PeerModel, PeerResult, PeerTask } from "./peer-protocol.ts";

/** One prompt of a task. */
export interface PromptTask extends Omit<PeerTask, "prompts"> {
  prompt: BenchPrompt;
}

/** Writes behind one prompt; calls `onToken` for every token. */
export type WritePrompt = (task: PromptTask, onToken: () => void) => Promise<void>;

/** In a peer's process: loads the model of the first argument and answers what it is sent. */
export async function answerTasks(load: (model: PeerModel) => Promise<WritePrompt>): Promise<void> {
  const write = await load(JSON.parse(process.argv[2] ?? "") as PeerModel);
  process.on("message", (task: PeerTask) => void measure(write, task).then((result) => process.send?.(result)));
  process.on("disconnect", () => process.exit(0));
  process.send?.("ready");
}

async function measure(write: WritePrompt, { prompts, ...task }: PeerTask): Promise<PeerResult> {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const results = await Promise.all(
    prompts.map(async (prompt) => {
      let firstTokenMs = 0;
      let tokens = 0;
      await write({ ...task, prompt }, () => {
        if (tokens === 0) firstTokenMs = performance.now() - startedAt;
        tokens += 1;
      });
      return { firstTokenMs, doneMs: performance.now() - startedAt, tokens };
    }),
  );
  const { user, system } = process.cpuUsage(before);
  return {
    firstTokenMs: results.map((each) => each.firstTokenMs),
    doneMs: results.map((each) => each.doneMs),
    tokens: results.map((each) => each.tokens),
    cpuMs: (user + system) / 1000,
  };
}

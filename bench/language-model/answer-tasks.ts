import type { BenchPrompt, PeerModel, PeerResult, PeerTask } from "./peer-protocol.ts";

/** One prompt of a task. */
interface PromptTask extends Omit<PeerTask, "prompts"> {
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
  const started = now();
  let first: Moment | undefined;
  let allFirst: Moment | undefined;
  let begun = 0;
  let tokens = 0;
  let tokensBefore = 0;
  await Promise.all(
    prompts.map((prompt) => {
      let isFirst = true;
      return write({ ...task, prompt }, () => {
        tokens += 1;
        if (!isFirst) return;
        isFirst = false;
        begun += 1;
        first ??= now();
        if (begun < prompts.length) return;
        allFirst = now();
        tokensBefore = tokens;
      });
    }),
  );
  const ended = now();
  const reading = allFirst ?? ended;
  return {
    firstTokenMs: (first ?? ended).ms - started.ms,
    allFirstMs: reading.ms - started.ms,
    tokens: tokens - tokensBefore,
    writingMs: ended.ms - reading.ms,
    writingCpuMs: ended.cpuMs - reading.cpuMs,
    readingCpuMs: reading.cpuMs - started.cpuMs,
  };
}

interface Moment {
  ms: number;
  cpuMs: number;
}

function now(): Moment {
  const { user, system } = process.cpuUsage();
  return { ms: performance.now(), cpuMs: (user + system) / 1000 };
}

import type { GenerationGrammar } from "@repo/contracts/generation-grammar";
import type { GenerationJob, JobEvent, LanguageModelLimits } from "../src/language-model/language-model-protocol.ts";
import { type OpenedLanguageModel, openLanguageModel } from "../src/language-model/open-language-model.ts";

/** A language model in the test's own thread, taken step by step. */
export interface TinyScheduler {
  opened: OpenedLanguageModel;
  events: JobEvent[];
  /** Accepts a request; gives its number. */
  submit(job?: Partial<GenerationJob>): number;
  /** Takes steps until nothing is left, or so many. */
  run(steps?: number): Promise<void>;
  /** Token ids of an answer so far. */
  tokensOf(id: number, answer?: number): number[];
  textOf(id: number, answer?: number): string;
  eventsOf<Kind extends JobEvent["kind"]>(id: number, kind: Kind): Extract<JobEvent, { kind: Kind }>[];
  close(): Promise<void>;
}

/** Opens a folder's model. */
export async function openTinyScheduler(directory: string, limits: Partial<LanguageModelLimits> = {}): Promise<TinyScheduler> {
  const opened = await openLanguageModel({
    directory,
    onnxPath: `${directory}/onnx/model.onnx`,
    cacheDirectory: `${directory}/cache`,
    threads: 1,
    // The tiny tokenizer's end of turn; see tiny-language-model.ts.
    endTokens: [275],
    limits: { maxRows: 8, kvBytes: 64 << 20, chunkTokens: 64, isReusing: true, ...limits },
  });
  const { scheduler } = opened;
  const events: JobEvent[] = [];
  let lastId = 0;
  const eventsOf: TinyScheduler["eventsOf"] = (id, kind) => events.filter((event) => event.id === id && event.kind === kind) as never;

  return {
    opened,
    events,
    submit(job = {}) {
      lastId += 1;
      const { grammar } = job;
      scheduler.submit(
        { ...defaultJob, id: lastId, ...job },
        grammar === undefined ? undefined : opened.compile(grammar satisfies GenerationGrammar),
      );
      return lastId;
    },
    async run(steps = Infinity) {
      for (let step = 0; step < steps && scheduler.hasWork(); step += 1) {
        await scheduler.step();
        events.push(...scheduler.takeEvents());
      }
    },
    eventsOf,
    tokensOf: (id, answer = 0) => eventsOf(id, "token").flatMap((event) => (event.answer === answer ? [event.token.id] : [])),
    textOf: (id, answer = 0) =>
      eventsOf(id, "token")
        .map((event) => (event.answer === answer ? event.token.text : ""))
        .join(""),
    close: opened.close,
  };
}

const defaultJob = {
  prompt: toPrompt("the rain in the town"),
  answers: 1,
  maxNewTokens: 24,
  sampling: { temperature: 1, topK: 0, topP: 1, minP: 0, repetitionPenalty: 1, frequencyPenalty: 0, presencePenalty: 0 },
  seed: 1,
  stop: [],
  topTokens: 0,
  salt: "",
  isReusing: true,
} satisfies Omit<GenerationJob, "id">;

/** Token ids of a text, byte by byte. */
export function toPrompt(text: string): Int32Array {
  return Int32Array.from(Buffer.from(text));
}

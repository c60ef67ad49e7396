import { CodedError } from "@repo/contracts/coded-error";
import type { Engine, EngineItem } from "@repo/engine/engine";
import { describe, expect, test } from "vitest";
import { expectVectorsClose } from "./expect-vectors-close.ts";

/** What {@link describeEngine} needs to know about an engine. */
export interface EngineUnderTest<Input, Output> {
  /** Starts one; the suite closes it. `maxQueuedTokens` as the queue's option. */
  create(options: { maxQueuedTokens?: number }): Promise<Engine<Input, Output>>;
  /** A valid input of so many tokens; another `seed` gives another content. */
  makeInput(tokens: number, seed: number): Input;
  toVector(output: Output): Float32Array;
  /** Longest item it takes. */
  maxItemTokens: number;
  /** Largest difference of a component between a text alone and the same in a batch; 0 asks for the same bits. */
  tolerance: number;
}

/** Longest of the items that are compared; long enough for batches of many shapes. */
const longestCompared = 70;

/** Declares the tests every {@link Engine} has to pass. */
export function describeEngine<Input, Output>(name: string, subject: EngineUnderTest<Input, Output>): void {
  const item = (tokens: number, seed = 0): EngineItem<Input> => ({ input: subject.makeInput(tokens, seed), tokens });
  const longest = Math.min(longestCompared, subject.maxItemTokens);

  /** Runs `use` with an engine and closes it whatever happens. */
  async function withEngine(
    use: (engine: Engine<Input, Output>) => Promise<void>,
    options: { maxQueuedTokens?: number } = {},
  ): Promise<void> {
    const engine = await subject.create(options);
    try {
      await use(engine);
    } finally {
      await engine.close();
    }
  }

  /** More work than fits into the workers, so that what comes next has to wait. */
  const backlog = (count = 400) => Array.from({ length: count }, (_, seed) => item(longest, 1000 + seed));

  async function codeOf(promise: Promise<unknown>): Promise<string> {
    try {
      await promise;
    } catch (error) {
      if (CodedError.isInstance(error)) return error.code;
      throw error;
    }
    return "none";
  }

  describe(`${name} as an engine`, () => {
    test("gives every item the output it gets alone, in order, whatever shares its batch", async () => {
      await withEngine(async (engine) => {
        const lengths = Array.from({ length: 90 }, (_, index) => 1 + ((index * 37) % longest));
        const items = lengths.map((tokens, seed) => item(tokens, seed));
        const together = await engine.run(items);
        expect(together.outputs).toHaveLength(items.length);
        for (let index = 0; index < items.length; index += 7) {
          const alone = await engine.run([items[index] as EngineItem<Input>]);
          expectVectorsClose(subject.toVector(together.outputs[index] as Output), subject.toVector(alone.outputs[0] as Output), {
            absolute: subject.tolerance,
          });
        }
        expect(engine.queueStats().batches).toBeGreaterThan(0);
      });
    });

    test("gives different inputs different outputs", async () => {
      await withEngine(async (engine) => {
        const { outputs } = await engine.run([item(longest, 1), item(longest, 2)]);
        const [first, second] = outputs.map((output) => [...subject.toVector(output)]);
        expect(first).not.toEqual(second);
      });
    });

    test("answers an empty run with nothing", async () => {
      await withEngine(async (engine) => {
        expect((await engine.run([])).outputs).toEqual([]);
      });
    });

    test("drops the queued work of an aborted run at once and goes on with the others", async () => {
      await withEngine(async (engine) => {
        const controller = new AbortController();
        const aborted = codeOf(engine.run(backlog(), { signal: controller.signal }));
        const other = engine.run([item(3)]);
        expect(engine.queueStats().items).toBeGreaterThan(100);
        controller.abort();
        expect(engine.queueStats().items).toBeLessThanOrEqual(1);
        expect(await aborted).toBe("cancelled");
        expect((await other).outputs).toHaveLength(1);
        expect(await codeOf(engine.run([item(3)], { signal: controller.signal }))).toBe("cancelled");
      });
    });

    test("drops a run whose deadline passes", async () => {
      await withEngine(async (engine) => {
        expect(await codeOf(engine.run([item(3)], { deadlineAt: Date.now() - 1 }))).toBe("deadline_exceeded");
        expect(await codeOf(engine.run(backlog(), { deadlineAt: Date.now() + 5 }))).toBe("deadline_exceeded");
        expect(engine.queueStats()).toMatchObject({ requests: 0, items: 0, tokens: 0 });
      });
    });

    test("refuses an item that is over the model's limit, by its position", async () => {
      await withEngine(async (engine) => {
        const tooLong = { input: subject.makeInput(subject.maxItemTokens, 0), tokens: subject.maxItemTokens + 1 };
        await expect(engine.run([item(2), tooLong])).rejects.toMatchObject({
          code: "input_too_long",
          details: { index: 1, tokens: subject.maxItemTokens + 1, maxTokens: subject.maxItemTokens },
        });
      });
    });

    test("refuses work beyond the bound of its queue and says when to come back", async () => {
      await withEngine(
        async (engine) => {
          const accepted = engine.run(backlog(100));
          const refused = engine.run(backlog(100));
          await expect(refused).rejects.toMatchObject({ code: "overloaded", retryAfterMs: expect.any(Number) });
          expect((await accepted).outputs).toHaveLength(100);
          expect((await engine.run(backlog(100))).outputs).toHaveLength(100);
        },
        { maxQueuedTokens: 100 * longest },
      );
    });

    test("lets a short run pass between the batches of a long one", async () => {
      await withEngine(async (engine) => {
        const finished: string[] = [];
        const long = engine.run(backlog()).then(() => finished.push("long"));
        const short = engine.run([item(4)]).then(() => finished.push("short"));
        await Promise.all([long, short]);
        expect(finished).toEqual(["short", "long"]);
      });
    });

    test("proves its workers, finishes accepted work on close and refuses what comes later", async () => {
      const engine = await subject.create({});
      await engine.probe();
      expect(engine.workerStats().every(({ state }) => state === "idle" || state === "busy")).toBe(true);
      const accepted = engine.run([item(5), item(6)]);
      const closed = engine.close();
      expect((await accepted).outputs).toHaveLength(2);
      await closed;
      expect(await codeOf(engine.run([item(5)]))).toBe("model_unavailable");
    });
  });
}

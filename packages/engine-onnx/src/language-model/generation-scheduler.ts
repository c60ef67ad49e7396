import { CodedError } from "@repo/contracts/coded-error";
import type { CompiledGrammar } from "@repo/grammar/compiled-grammar";
import { type AnswerWriter, createAnswerWriter } from "./answer-writer.ts";
import type { DecoderRows } from "./decoder-rows.ts";
import { createTask, type GenerationTask, type RowText, rowLengthOf, type WritingAnswer } from "./generation-task.ts";
import { createKeptPrefixes } from "./kept-prefixes.ts";
import type { DecoderCapabilities, GenerationJob, JobEvent, LanguageModelLimits, LanguageModelStats } from "./language-model-protocol.ts";
import { createRateMeter } from "./rate-meter.ts";
import { createRowTable } from "./row-table.ts";
import { createSampler } from "./sampler.ts";

/** Options of {@link createGenerationScheduler}. */
export interface GenerationSchedulerOptions {
  rows: DecoderRows;
  capabilities: Pick<DecoderCapabilities, "canContinue" | "canBatch" | "canFork">;
  limits: LanguageModelLimits;
  bytesPerToken: number;
  bytesOf(token: number): Uint8Array | undefined;
  endTokens: readonly number[];
}

/** Writes the answers of many requests together. */
export interface GenerationScheduler {
  /** @throws CodedError invalid_request when no answer of the grammar fits into the budget */
  submit(job: GenerationJob, grammar: CompiledGrammar | undefined): void;
  /** From the next step on nothing more is done for the request. */
  cancel(id: number): void;
  hasWork(): boolean;
  /** One piece of a prompt, then one token for every answer. What happened is in `takeEvents`. */
  step(): Promise<void>;
  takeEvents(): JobEvent[];
  stats(): LanguageModelStats;
}

/** A kept beginning must be worth its memory: this many tokens take some tens of milliseconds to read. */
const leastKeptTokens = 16;
/** Forced tokens that an answer in company reads in a run of its own; fewer are as cheap one by one in the common runs. */
const leastOwnRun = 6;

/**
 * Continuous batching: prompts are read in pieces, in turns, and between two pieces every answer that is being written
 * gets one token, all in one run. Requests start in the order of their arrival, as soon as there is a row for them.
 *
 * A request with several answers reads its prompt once; the answers begin with copies of its keys and values. What was
 * read is kept when an answer ends, and a prompt begins with the longest beginning that is known, also from requests that
 * are still under way: two that arrive together with the same instructions read them once, in turns.
 */
export function createGenerationScheduler(options: GenerationSchedulerOptions): GenerationScheduler {
  const { rows, capabilities, limits, bytesPerToken, bytesOf } = options;
  const { canContinue, canBatch, canFork } = capabilities;
  const maxRows = canFork ? limits.maxRows : 1;
  const table = createRowTable(rows, { maxRows, maxBytes: limits.kvBytes, bytesPerToken });
  const kept = createKeptPrefixes();
  const meter = createRateMeter();
  const endTokens = new Set(options.endTokens);
  const tasks = new Map<number, GenerationTask>();
  const cancelled = new Set<number>();
  /** Not started yet, in the order of arrival. */
  let queue: GenerationTask[] = [];
  /** Started, with answers that wait for a row; they go before the queue. */
  let splitting: GenerationTask[] = [];
  let events: JobEvent[] = [];
  const totals = { cachedTokens: 0, promptTokens: 0, generatedTokens: 0, steps: 0 };

  function writerFor(task: GenerationTask, answer: number): AnswerWriter {
    const { job, grammar } = task;
    return createAnswerWriter({
      sampler: createSampler({ settings: job.sampling, seed: job.seed, answer, prompt: job.prompt }),
      grammar: grammar?.start(job.maxNewTokens),
      bytesOf,
      endTokens,
      maxNewTokens: job.maxNewTokens,
      stop: job.stop,
      topTokens: job.topTokens,
    });
  }

  /** Ends a request: its rows and its place in the queue are free at once. */
  function end(task: GenerationTask, event?: JobEvent): void {
    task.isOver = true;
    tasks.delete(task.job.id);
    queue = queue.filter((each) => each !== task);
    splitting = splitting.filter((each) => each !== task);
    for (const prompt of table.prompts.filter((each) => each.task === task)) table.removePrompt(prompt);
    for (const answer of table.answers.filter((each) => each.task === task)) table.removeAnswer(answer);
    if (event !== undefined) events.push(event);
  }

  function fail(task: GenerationTask, thrown: unknown): void {
    const error = CodedError.isInstance(thrown)
      ? thrown
      : new CodedError("inference_failed", "The model failed on this request.", { cause: thrown });
    const { code, message, details } = error;
    end(task, { kind: "failed", id: task.job.id, code, message, ...(details === undefined ? {} : { details }) });
  }

  function dropCancelled(): void {
    for (const id of cancelled) {
      const task = tasks.get(id);
      if (task === undefined) continue;
      const texts: readonly RowText[] = [...table.prompts, ...table.answers];
      for (const text of texts) if (text.task === task) keep(text);
      end(task);
    }
    cancelled.clear();
  }

  function keep({ task, row, tokens, filled }: RowText): void {
    const { salt, isReusing } = task.job;
    const room = limits.kvBytes - rows.bytes;
    if (!canFork || !limits.isReusing || !isReusing || filled < leastKeptTokens || filled * bytesPerToken > room) return;
    const known = Int32Array.from(tokens.slice(0, filled));
    if (kept.has(known, salt)) return;
    kept.shrink(room - filled * bytesPerToken);
    kept.add(known, salt, rows.exportRow(row, filled));
  }

  /** Takes over what is known of a prompt's beginning; its last token is always read, for the logits. */
  function reuse(prompt: RowText): void {
    const { task, filled, row } = prompt;
    const { salt, isReusing } = task.job;
    if (!canFork || !limits.isReusing || !isReusing) return;
    const tokens = task.job.prompt.subarray(0, -1);
    const shared = table.findSharing(tokens, salt, prompt);
    const known = filled === 0 ? kept.find(tokens, salt) : undefined;
    const length = Math.max(shared?.length ?? 0, known?.length ?? 0);
    if (length < filled + leastKeptTokens) return;
    table.grow(length);
    if (shared !== undefined && shared.length === length) rows.copyRow(shared.text.row, row, length);
    else if (known !== undefined) rows.importRow(row, known.snapshot, length);
    task.cachedTokens += length - filled;
    totals.cachedTokens += length - filled;
    prompt.filled = length;
  }

  function startAnswer(task: GenerationTask): void {
    const { snapshot, promptLogits, job } = task;
    try {
      const answer = nextAnswer(task);
      const text = table.addAnswer(task, { answer, writer: writerFor(task, answer) });
      if (snapshot !== undefined) rows.importRow(text.row, snapshot, job.prompt.length);
      text.filled = job.prompt.length;
      write(text, (promptLogits as Float32Array).slice());
    } catch (error) {
      fail(task, error);
    }
  }

  /** The next answer's number; a request whose last one it is waits for nothing more. */
  function nextAnswer(task: GenerationTask): number {
    const answer = task.waiting.shift() as number;
    if (task.waiting.length === 0) {
      task.snapshot = undefined;
      splitting = splitting.filter((each) => each !== task);
    } else if (!splitting.includes(task)) splitting.push(task);
    return answer;
  }

  /**
   * Fills the rows that are free: first requests that have none, the oldest first, then further answers of those that have.
   * What cannot start yet is waited for, so that nobody is overtaken for ever.
   */
  function admit(): void {
    const hasRow = (task: GenerationTask) => [...table.answers, ...table.prompts].some((text) => text.task === task);
    for (;;) {
      const task = splitting.find((each) => !hasRow(each)) ?? queue[0] ?? splitting[0];
      if (task === undefined || !table.hasRoom(rowLengthOf(task))) return;
      if (task.snapshot !== undefined) startAnswer(task);
      else startPrompt(task);
      kept.shrink(Math.max(0, limits.kvBytes - rows.bytes));
    }
  }

  function startPrompt(task: GenerationTask): void {
    queue = queue.filter((each) => each !== task);
    splitting = splitting.filter((each) => each !== task);
    if (task.startedAt === 0) {
      task.startedAt = performance.now();
      events.push({ kind: "started", id: task.job.id });
    }
    table.addPrompt(task);
  }

  async function readPrompt(prompt: RowText): Promise<void> {
    const { task } = prompt;
    table.rotate();
    reuse(prompt);
    const left = task.job.prompt.subarray(prompt.filled);
    // Twice as much where nobody waits for a token.
    const piece = canContinue ? left.subarray(0, limits.chunkTokens * (table.answers.length > 0 ? 1 : 2)) : left;
    table.grow(prompt.filled + piece.length);
    const startedAt = performance.now();
    const [logits] = await rows.run({ first: prompt.row, lengths: [prompt.filled], tokens: Array.from(piece) });
    meter.read(piece.length, performance.now() - startedAt);
    totals.promptTokens += piece.length;
    prompt.filled += piece.length;
    if (prompt.filled === task.job.prompt.length) beginAnswers(prompt, logits as Float32Array);
  }

  function beginAnswers(prompt: RowText, logits: Float32Array): void {
    const { task } = prompt;
    if (task.promptReadAt === 0) task.promptReadAt = performance.now();
    if (task.waiting.length > 1) {
      task.promptLogits ??= logits.slice();
      if (canFork) task.snapshot = rows.exportRow(prompt.row, prompt.filled);
    }
    const answer = nextAnswer(task);
    write(table.promote(prompt, { answer, writer: writerFor(task, answer) }), logits);
  }

  /** Draws what comes behind the text, and ends the answer or the request where they are over. */
  function write(text: WritingAnswer, logits: Float32Array): void {
    const { task, answer, writer, tokens } = text;
    const { id } = task.job;
    const written = writer.write(logits);
    if (task.firstTokenAt === 0) task.firstTokenAt = performance.now();
    for (const token of written.tokens) {
      events.push({ kind: "token", id, answer, token });
      tokens.push(token.id);
    }
    task.generatedTokens += written.tokens.length;
    totals.generatedTokens += written.tokens.length;
    if (written.finished === undefined) return;
    events.push({ kind: "answer", id, answer, ...written.finished });
    task.open -= 1;
    // One answer's text is enough to be remembered: the next prompt goes on with at most one of them.
    if (answer === 0) keep(text);
    table.removeAnswer(text);
    if (task.open === 0) finish(task);
  }

  function finish(task: GenerationTask): void {
    const { job, receivedAt, startedAt, promptReadAt, firstTokenAt } = task;
    end(task, {
      kind: "end",
      id: job.id,
      usage: { promptTokens: job.prompt.length, cachedTokens: task.cachedTokens, generatedTokens: task.generatedTokens },
      timings: {
        queueMs: startedAt - receivedAt,
        prefillMs: promptReadAt - startedAt,
        decodeMs: performance.now() - promptReadAt,
        firstTokenMs: firstTokenAt - receivedAt,
      },
    });
  }

  const pendingOf = ({ tokens, filled }: RowText): number => tokens.length - filled;

  /** Reads all but the last pending token of an answer in a run of its own, or all of them when it is alone. */
  async function readOwn(text: WritingAnswer, count: number): Promise<Float32Array> {
    table.grow(text.filled + count);
    const [logits] = await rows.run({
      first: text.row,
      lengths: [text.filled],
      tokens: text.tokens.slice(text.filled, text.filled + count),
    });
    text.filled += count;
    return logits as Float32Array;
  }

  async function writeTokens(): Promise<void> {
    const startedAt = performance.now();
    const together = [...table.answers];
    const results = new Map<WritingAnswer, Float32Array>();
    if (canBatch && together.length > 1) {
      for (const text of together) if (canContinue && pendingOf(text) > leastOwnRun) await readOwn(text, pendingOf(text) - 1);
      table.grow(Math.max(...together.map(({ filled }) => filled)) + 1);
      const logits = await rows.run({
        first: 0,
        lengths: together.map(({ filled }) => filled),
        tokens: together.map(({ tokens, filled }) => tokens[filled] as number),
      });
      for (const [place, text] of together.entries()) {
        text.filled += 1;
        results.set(text, logits[place] as Float32Array);
      }
    } else {
      for (const text of together) results.set(text, await readOwn(text, canContinue ? pendingOf(text) : 1));
    }
    meter.step(together.length, performance.now() - startedAt);
    // From the last row to the first: an answer that ends gives its row to the last one.
    for (const text of together.toReversed()) {
      if (text.task.isOver || pendingOf(text) > 0) continue;
      try {
        write(text, results.get(text) as Float32Array);
      } catch (error) {
        fail(text.task, error);
      }
    }
  }

  return {
    submit(job, grammar) {
      // Refuses budgets that are too small now, before it waits.
      grammar?.start(job.maxNewTokens);
      const task = createTask(job, grammar, performance.now());
      tasks.set(job.id, task);
      queue.push(task);
    },
    cancel(id) {
      cancelled.add(id);
    },
    hasWork: () => tasks.size > 0 || cancelled.size > 0,
    async step() {
      dropCancelled();
      admit();
      totals.steps += 1;
      const [prompt] = table.prompts;
      try {
        if (prompt !== undefined) await readPrompt(prompt);
      } catch (error) {
        fail((prompt as RowText).task, error);
      }
      if (table.answers.length === 0) return;
      const writing = table.answers.map(({ task }) => task);
      try {
        await writeTokens();
      } catch (error) {
        for (const task of writing) if (!task.isOver) fail(task, error);
      }
    },
    takeEvents() {
      const taken = events;
      events = [];
      return taken;
    },
    stats: () => ({
      ...meter.rates(),
      activeRows: table.answers.length + table.prompts.length,
      queued: queue.length,
      keptEntries: kept.entries,
      keptBytes: kept.bytes,
      kvBytes: rows.bytes,
      ...totals,
    }),
  };
}

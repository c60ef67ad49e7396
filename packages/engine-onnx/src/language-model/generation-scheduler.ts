import { CodedError } from "@repo/contracts/coded-error";
import type { CompiledGrammar } from "@repo/grammar/compiled-grammar";
import { type AnswerWriter, createAnswerWriter } from "./answer-writer.ts";
import type { DecoderRows } from "./decoder-rows.ts";
import { createTask, type GenerationTask, pendingOf, type RowText, rowLengthOf, type WritingAnswer } from "./generation-task.ts";
import type { DecoderCapabilities, GenerationJob, JobEvent, LanguageModelLimits, LanguageModelStats } from "./language-model-protocol.ts";
import { createPrefixStore, type PrefixStore } from "./prefix-store.ts";
import { createRateMeter } from "./rate-meter.ts";
import { createRowTable, type RowTable } from "./row-table.ts";
import { createSampler } from "./sampler.ts";
import { createTaskLine } from "./task-line.ts";

/** Options of {@link GenerationScheduler}. */
export interface GenerationSchedulerOptions {
  rows: DecoderRows;
  capabilities: Pick<DecoderCapabilities, "canContinue" | "canBatch" | "canFork">;
  limits: LanguageModelLimits;
  bytesPerToken: number;
  bytesOf(token: number): Uint8Array | undefined;
  endTokens: readonly number[];
}

/**
 * Forced tokens that an answer reads in a run of its own, its last one apart; fewer come one by one. Whoever else is
 * written makes no difference: a run of one token and one of several may round in their own ways.
 */
const leastOwnRun = 2;

/**
 * Writes the answers of many requests together: continuous batching. Prompts are read in pieces, in turns, and between two
 * pieces every answer that is being written gets one token, all in one run. Requests start in the order of their arrival,
 * as soon as there is a row for them.
 *
 * A request with several answers reads its prompt once; the answers begin with copies of its keys and values. What was
 * read is kept when an answer ends, and a prompt begins with the longest beginning that is known, also from requests that
 * are still under way: two that arrive together with the same instructions read them once, in turns.
 */
export class GenerationScheduler {
  readonly #options: GenerationSchedulerOptions;
  readonly #table: RowTable;
  readonly #prefixes: PrefixStore;
  readonly #endTokens: ReadonlySet<number>;
  readonly #line = createTaskLine();
  readonly #meter = createRateMeter();
  readonly #tasks = new Map<number, GenerationTask>();
  readonly #cancelled = new Set<number>();
  readonly #totals = { cachedTokens: 0, promptTokens: 0, generatedTokens: 0, steps: 0 };
  #events: JobEvent[] = [];

  constructor(options: GenerationSchedulerOptions) {
    const { rows, bytesPerToken, limits, capabilities } = options;
    const maxBytes = limits.kvBytes;
    this.#options = options;
    this.#endTokens = new Set(options.endTokens);
    const maxRows = capabilities.canFork ? limits.maxRows : 1;
    const onGrow = (bytes: number) => this.#prefixes.makeRoom(bytes);
    this.#table = createRowTable(rows, { maxRows, maxBytes, bytesPerToken, onGrow });
    const isOn = limits.isReusing && capabilities.canFork && capabilities.canContinue;
    this.#prefixes = createPrefixStore({ rows, table: this.#table, maxBytes, bytesPerToken, isOn });
  }

  /** @throws CodedError invalid_request when no answer of the grammar fits into the budget */
  submit(job: GenerationJob, grammar: CompiledGrammar | undefined): void {
    // Sent twice when the thread came back just as it was accepted.
    if (this.#tasks.has(job.id)) return;
    // Refuses a budget that is too small now, before it waits.
    grammar?.start(job.maxNewTokens);
    const task = createTask(job, grammar, performance.now());
    this.#tasks.set(job.id, task);
    this.#line.add(task);
  }

  /** From the next step on nothing more is done for the request. */
  cancel(id: number): void {
    this.#cancelled.add(id);
  }

  hasWork(): boolean {
    return this.#tasks.size > 0 || this.#cancelled.size > 0;
  }

  /** One piece of a prompt, then one token for every answer. What happened is in `takeEvents`. */
  async step(): Promise<void> {
    this.#dropCancelled();
    this.#admit();
    this.#totals.steps += 1;
    const [prompt] = this.#table.prompts;
    if (prompt !== undefined) {
      await this.#readPrompt(prompt).catch((error: unknown) => this.#fail(prompt.task, error));
    }
    const writing = [...this.#table.answers];
    if (writing.length === 0) return;
    await this.#writeTokens(writing).catch((error: unknown) => {
      for (const { task } of writing) this.#fail(task, error);
    });
  }

  /** What happened since the last call. */
  takeEvents(): JobEvent[] {
    const taken = this.#events;
    this.#events = [];
    return taken;
  }

  stats(): LanguageModelStats {
    return {
      ...this.#meter.rates(),
      ...this.#totals,
      activeRows: this.#table.answers.length + this.#table.prompts.length,
      queued: this.#line.queued,
      keptEntries: this.#prefixes.entries,
      keptBytes: this.#prefixes.bytes,
      kvBytes: this.#options.rows.bytes,
    };
  }

  /** Ends a request: its rows and its place in the line are free at once. */
  #end(task: GenerationTask, event?: JobEvent): void {
    task.isOver = true;
    this.#tasks.delete(task.job.id);
    this.#line.remove(task);
    for (const prompt of this.#table.prompts.filter((each) => each.task === task)) this.#table.removePrompt(prompt);
    for (const answer of this.#table.answers.filter((each) => each.task === task)) this.#table.removeAnswer(answer);
    if (event !== undefined) this.#events.push(event);
  }

  #fail(task: GenerationTask, thrown: unknown): void {
    if (task.isOver) return;
    const isCoded = CodedError.isInstance(thrown);
    const { code, message, details } = isCoded ? thrown : new CodedError("inference_failed", "The model failed on this request.");
    this.#end(task, { kind: "failed", id: task.job.id, code, message, ...(details === undefined ? {} : { details }) });
  }

  #dropCancelled(): void {
    for (const id of this.#cancelled) {
      const task = this.#tasks.get(id);
      if (task === undefined) continue;
      const texts: readonly RowText[] = [...this.#table.prompts, ...this.#table.answers];
      for (const text of texts) if (text.task === task) this.#prefixes.keep(text);
      this.#end(task);
    }
    this.#cancelled.clear();
  }

  /** Fills the rows that are free. */
  #admit(): void {
    const hasRow = (task: GenerationTask) => [...this.#table.answers, ...this.#table.prompts].some((text) => text.task === task);
    for (;;) {
      const task = this.#line.next(hasRow);
      if (task === undefined || !this.#table.hasRoom(rowLengthOf(task))) return;
      if (task.snapshot === undefined) this.#startPrompt(task);
      else this.#startAnswer(task, task.snapshot);
    }
  }

  #startPrompt(task: GenerationTask): void {
    this.#line.remove(task);
    if (task.startedAt === 0) {
      task.startedAt = performance.now();
      this.#events.push({ kind: "started", id: task.job.id });
    }
    this.#table.addPrompt(task);
  }

  async #readPrompt(prompt: RowText): Promise<void> {
    const { rows, capabilities, limits } = this.#options;
    const { task } = prompt;
    this.#table.rotate();
    const known = this.#prefixes.reuse(prompt);
    task.cachedTokens += known;
    this.#totals.cachedTokens += known;
    const left = task.job.prompt.subarray(prompt.filled);
    // Twice as much where nobody waits for a token; never so much that a piece of one token is left.
    const most = limits.chunkTokens * (this.#table.answers.length > 0 ? 1 : 2);
    const piece = !capabilities.canContinue || left.length <= most + 1 ? left : left.subarray(0, most);
    this.#table.grow(prompt.filled + piece.length);
    const startedAt = performance.now();
    const [logits] = await rows.run({ first: prompt.row, lengths: [prompt.filled], tokens: Array.from(piece) });
    this.#meter.read(piece.length, performance.now() - startedAt);
    this.#totals.promptTokens += piece.length;
    prompt.filled += piece.length;
    if (prompt.filled === task.job.prompt.length) this.#beginAnswers(prompt, logits as Float32Array);
  }

  #beginAnswers(prompt: RowText, logits: Float32Array): void {
    const { task } = prompt;
    if (task.promptReadAt === 0) task.promptReadAt = performance.now();
    if (task.waiting.length > 1) {
      task.promptLogits ??= logits.slice();
      if (this.#options.capabilities.canFork) task.snapshot = this.#options.rows.exportRow(prompt.row, prompt.filled);
    }
    const answer = this.#takeNext(task);
    this.#write(this.#table.promote(prompt, { answer, writer: this.#writerFor(task, answer) }), logits);
  }

  /** Begins a further answer with a copy of the prompt. */
  #startAnswer(task: GenerationTask, snapshot: NonNullable<GenerationTask["snapshot"]>): void {
    try {
      const answer = this.#takeNext(task);
      const text = this.#table.addAnswer(task, { answer, writer: this.#writerFor(task, answer) });
      this.#options.rows.importRow(text.row, snapshot, snapshot.length);
      text.filled = snapshot.length;
      this.#write(text, (task.promptLogits as Float32Array).slice());
    } catch (error) {
      this.#fail(task, error);
    }
  }

  /** The next answer's number; a request whose last one it is waits for nothing more. */
  #takeNext(task: GenerationTask): number {
    const answer = task.waiting.shift() as number;
    if (task.waiting.length > 0) this.#line.wait(task);
    else {
      task.snapshot = undefined;
      this.#line.remove(task);
    }
    return answer;
  }

  #writerFor({ job, grammar }: GenerationTask, answer: number): AnswerWriter {
    return createAnswerWriter({
      sampler: createSampler({ settings: job.sampling, seed: job.seed, answer, prompt: job.prompt }),
      grammar: grammar?.start(job.maxNewTokens),
      bytesOf: this.#options.bytesOf,
      endTokens: this.#endTokens,
      maxNewTokens: job.maxNewTokens,
      stop: job.stop,
      topTokens: job.topTokens,
    });
  }

  /** Reads what is written but not read yet, then draws what comes next. */
  async #writeTokens(writing: readonly WritingAnswer[]): Promise<void> {
    const { canBatch, canContinue } = this.#options.capabilities;
    const startedAt = performance.now();
    const logits = new Map<WritingAnswer, Float32Array>();
    for (const text of writing) if (canContinue && pendingOf(text) > leastOwnRun) await this.#readOwn(text, pendingOf(text) - 1);
    if (canBatch && writing.length > 1) {
      const together = await this.#readTogether(writing);
      for (const [place, text] of writing.entries()) logits.set(text, together[place] as Float32Array);
    } else {
      for (const text of writing) logits.set(text, await this.#readOwn(text, 1));
    }
    this.#meter.step(writing.length, performance.now() - startedAt);
    // From the last row to the first: an answer that ends gives its row to the last one.
    for (const text of writing.toReversed()) {
      if (text.task.isOver || pendingOf(text) > 0) continue;
      try {
        this.#write(text, logits.get(text) as Float32Array);
      } catch (error) {
        this.#fail(text.task, error);
      }
    }
  }

  async #readOwn(text: WritingAnswer, count: number): Promise<Float32Array> {
    this.#table.grow(text.filled + count);
    const tokens = text.tokens.slice(text.filled, text.filled + count);
    const [logits] = await this.#options.rows.run({ first: text.row, lengths: [text.filled], tokens });
    text.filled += count;
    return logits as Float32Array;
  }

  /** One token of each. */
  async #readTogether(writing: readonly WritingAnswer[]): Promise<Float32Array[]> {
    const lengths = writing.map(({ filled }) => filled);
    this.#table.grow(Math.max(...lengths) + 1);
    const logits = await this.#options.rows.run({
      first: 0,
      lengths,
      tokens: writing.map(({ tokens, filled }) => tokens[filled] as number),
    });
    for (const text of writing) text.filled += 1;
    return logits;
  }

  /** Draws what comes behind a text, and ends the answer or the request where they are over. */
  #write(text: WritingAnswer, logits: Float32Array): void {
    const { task, answer, writer, tokens } = text;
    const { id } = task.job;
    const written = writer.write(logits);
    if (task.firstTokenAt === 0) task.firstTokenAt = performance.now();
    for (const token of written.tokens) {
      this.#events.push({ kind: "token", id, answer, token });
      tokens.push(token.id);
    }
    task.generatedTokens += written.tokens.length;
    this.#totals.generatedTokens += written.tokens.length;
    if (written.finished === undefined) return;
    this.#events.push({ kind: "answer", id, answer, ...written.finished });
    task.open -= 1;
    // One answer's text is enough to be remembered: the next prompt goes on with at most one of them.
    if (answer === 0) this.#prefixes.keep(text);
    this.#table.removeAnswer(text);
    if (task.open === 0) this.#finish(task);
  }

  #finish(task: GenerationTask): void {
    const { job, receivedAt, startedAt, promptReadAt, firstTokenAt, cachedTokens, generatedTokens } = task;
    this.#end(task, {
      kind: "end",
      id: job.id,
      usage: { promptTokens: job.prompt.length, cachedTokens, generatedTokens },
      timings: {
        queueMs: startedAt - receivedAt,
        prefillMs: promptReadAt - startedAt,
        decodeMs: performance.now() - promptReadAt,
        firstTokenMs: firstTokenAt - receivedAt,
      },
    });
  }
}

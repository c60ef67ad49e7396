import type { DecoderRows } from "./decoder-rows.ts";
import type { GenerationTask, RowText, WritingAnswer } from "./generation-task.ts";
import { rowLengthOf } from "./generation-task.ts";
import { commonPrefix } from "./kept-prefixes.ts";
import { toBucket } from "./kv-arena.ts";

/** Which text is in which row: answers in the first ones, so that they can be run together; prompts anywhere behind them. */
export interface RowTable {
  /** In the order of their rows, 0 and up. */
  readonly answers: readonly WritingAnswer[];
  /** In the order in which they take turns. */
  readonly prompts: readonly RowText[];
  /** Whether there is a row, and memory, for another text of so many tokens. */
  hasRoom(length: number): boolean;
  /** A row for a prompt that is to be read. */
  addPrompt(task: GenerationTask): RowText;
  /** Makes room for what the text is about to hold. */
  grow(length: number): void;
  /** Puts a prompt behind the others, whose turn it is then. */
  rotate(): void;
  /** The prompt's row becomes an answer's. */
  promote(prompt: RowText, answer: Pick<WritingAnswer, "answer" | "writer">): WritingAnswer;
  /** A row for an answer whose keys and values the caller then fills in. */
  addAnswer(task: GenerationTask, answer: Pick<WritingAnswer, "answer" | "writer">): WritingAnswer;
  removePrompt(prompt: RowText): void;
  removeAnswer(answer: WritingAnswer): void;
  /** The text in a row that shares the most known tokens with the prompt, other than `self`. */
  findSharing(prompt: ArrayLike<number>, salt: string, self: RowText): { text: RowText; length: number } | undefined;
}

/** Options of {@link createRowTable}. */
export interface RowTableOptions {
  maxRows: number;
  maxBytes: number;
  bytesPerToken: number;
}

/** Makes a table without texts. */
export function createRowTable(rows: DecoderRows, { maxRows, maxBytes, bytesPerToken }: RowTableOptions): RowTable {
  const answers: WritingAnswer[] = [];
  const prompts: RowText[] = [];
  const texts = () => [...answers, ...prompts];
  const longest = () => texts().reduce((most, { task }) => Math.max(most, rowLengthOf(task)), 0);
  let positions = 0;

  function reserve(length: number): void {
    const needed = 1 + Math.max(-1, ...texts().map(({ row }) => row));
    // By half at a time, but never beyond what the texts can come to: growing copies everything.
    if (length > positions)
      positions = Math.min(toBucket(Math.max(longest(), length)), toBucket(Math.max(length, Math.ceil(positions * 1.5))));
    rows.reserve(needed, positions);
  }

  function freeRow(): number {
    const taken = new Set(texts().map(({ row }) => row));
    let row = answers.length;
    while (taken.has(row)) row += 1;
    return row;
  }

  /** Empties the row behind the last answer. */
  function clearNextRow(except?: RowText): number {
    const next = answers.length;
    const inTheWay = prompts.find((prompt) => prompt.row === next && prompt !== except);
    if (inTheWay !== undefined) {
      const taken = new Set(texts().map(({ row }) => row));
      let row = next + 1;
      while (taken.has(row)) row += 1;
      rows.reserve(row + 1, positions);
      rows.copyRow(next, row, inTheWay.filled);
      inTheWay.row = row;
    }
    return next;
  }

  return {
    answers,
    prompts,
    hasRoom(length) {
      const count = answers.length + prompts.length + 1;
      // Rows that were needed once stay until all are empty, and all rows are of one length.
      const bytes = Math.max(count, rows.rows) * toBucket(Math.max(length, longest())) * bytesPerToken;
      return count <= maxRows && (count === 1 || bytes <= maxBytes);
    },
    addPrompt(task) {
      if (texts().length === 0 && rows.rows * toBucket(rowLengthOf(task)) * bytesPerToken > maxBytes) rows.clear();
      const prompt: RowText = { task, row: freeRow(), tokens: Array.from(task.job.prompt), filled: 0 };
      prompts.push(prompt);
      return prompt;
    },
    grow: reserve,
    rotate() {
      const first = prompts.shift();
      if (first !== undefined) prompts.push(first);
    },
    promote(prompt, { answer, writer }) {
      const next = clearNextRow(prompt);
      if (prompt.row !== next) rows.copyRow(prompt.row, next, prompt.filled);
      prompts.splice(prompts.indexOf(prompt), 1);
      const promoted: WritingAnswer = { ...prompt, row: next, answer, writer };
      answers.push(promoted);
      return promoted;
    },
    addAnswer(task, { answer, writer }) {
      const row = clearNextRow();
      const added: WritingAnswer = { task, row, tokens: Array.from(task.job.prompt), filled: 0, answer, writer };
      answers.push(added);
      reserve(task.job.prompt.length);
      return added;
    },
    removePrompt(prompt) {
      prompts.splice(prompts.indexOf(prompt), 1);
      if (answers.length + prompts.length === 0) positions = 0;
    },
    removeAnswer(answer) {
      const last = answers.pop() as WritingAnswer;
      if (last !== answer) {
        rows.copyRow(last.row, answer.row, last.filled);
        last.row = answer.row;
        answers[last.row] = last;
      }
      if (answers.length + prompts.length === 0) positions = 0;
    },
    findSharing(tokens, salt, self) {
      let best: { text: RowText; length: number } | undefined;
      for (const text of texts()) {
        if (text === self || text.task.job.salt !== salt || !text.task.job.isReusing) continue;
        const length = Math.min(text.filled, commonPrefix(text.tokens, tokens));
        if (length > (best?.length ?? 0)) best = { text, length };
      }
      return best;
    },
  };
}

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
  /** The rows are about to take so many bytes. */
  onGrow(bytes: number): void;
}

/** Makes a table without texts. */
export function createRowTable(rows: DecoderRows, { maxRows, maxBytes, bytesPerToken, onGrow }: RowTableOptions): RowTable {
  const answers: WritingAnswer[] = [];
  const prompts: RowText[] = [];
  const texts = () => [...answers, ...prompts];
  const longest = () => texts().reduce((most, { task }) => Math.max(most, rowLengthOf(task)), 0);
  const neededRows = () => Math.max(0, ...texts().map(({ row }) => row + 1));

  /** Takes the memory that is needed; gives back what is not where both do not fit. */
  function reserve(length: number, needed = neededRows()): void {
    const most = toBucket(Math.max(length, longest()));
    // By half at a time, as growing copies everything, but never beyond what the texts can come to.
    const grown = length <= rows.positions ? rows.positions : Math.min(most, toBucket(Math.max(length, rows.positions * 1.5)));
    const isTooMuch = Math.max(needed, rows.rows) * grown * bytesPerToken > maxBytes;
    const wanted = isTooMuch ? { rows: needed, positions: Math.min(grown, most) } : { rows: Math.max(needed, rows.rows), positions: grown };
    if (wanted.rows === rows.rows && wanted.positions === rows.positions) return;
    onGrow(wanted.rows * wanted.positions * bytesPerToken);
    rows.resize(wanted.rows, wanted.positions);
  }

  function freeRow(): number {
    const taken = new Set(texts().map(({ row }) => row));
    let row = answers.length;
    while (taken.has(row)) row += 1;
    return row;
  }

  /** Moves the prompt that is in the row behind the last answer, if there is one. */
  function clearNextRow(): number {
    const next = answers.length;
    const inTheWay = prompts.find(({ row }) => row === next);
    if (inTheWay === undefined) return next;
    const taken = new Set(texts().map(({ row }) => row));
    let row = next + 1;
    while (taken.has(row)) row += 1;
    reserve(inTheWay.filled, Math.max(row + 1, neededRows()));
    rows.copyRow(next, row, inTheWay.filled);
    inTheWay.row = row;
    return next;
  }

  /** Gives a prompt the row behind the last answer; the prompt that is there gets its row. */
  function moveToNextRow(prompt: RowText): number {
    const next = answers.length;
    if (prompt.row === next) return next;
    const inTheWay = prompts.find(({ row }) => row === next);
    const content = inTheWay === undefined ? undefined : rows.exportRow(next, inTheWay.filled);
    rows.copyRow(prompt.row, next, prompt.filled);
    if (inTheWay !== undefined && content !== undefined) {
      rows.importRow(prompt.row, content, content.length);
      inTheWay.row = prompt.row;
    }
    return next;
  }

  return {
    answers,
    prompts,
    hasRoom(length) {
      const count = answers.length + prompts.length + 1;
      // All rows are of one length, and there may be an empty one between them.
      const bytes = Math.max(count, neededRows()) * toBucket(Math.max(length, longest())) * bytesPerToken;
      return count <= maxRows && (count === 1 || bytes <= maxBytes);
    },
    addPrompt(task) {
      const prompt: RowText = { task, row: freeRow(), tokens: Array.from(task.job.prompt), filled: 0 };
      prompts.push(prompt);
      return prompt;
    },
    grow: (length) => reserve(length),
    rotate() {
      const first = prompts.shift();
      if (first !== undefined) prompts.push(first);
    },
    promote(prompt, { answer, writer }) {
      const next = moveToNextRow(prompt);
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
    },
    removeAnswer(answer) {
      const last = answers.pop() as WritingAnswer;
      if (last !== answer) {
        rows.copyRow(last.row, answer.row, last.filled);
        last.row = answer.row;
        answers[last.row] = last;
      }
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

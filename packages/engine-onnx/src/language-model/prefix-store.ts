import type { DecoderRows } from "./decoder-rows.ts";
import type { RowText } from "./generation-task.ts";
import { createKeptPrefixes } from "./kept-prefixes.ts";
import type { RowTable } from "./row-table.ts";

/** Options of {@link createPrefixStore}. */
export interface PrefixStoreOptions {
  rows: DecoderRows;
  table: RowTable;
  /** Bytes of keys and values, those in rows included. */
  maxBytes: number;
  bytesPerToken: number;
  /** Whether anything is kept and shared. */
  isOn: boolean;
}

/** What was read of earlier texts, and of those that are under way, for prompts that begin like them. */
export interface PrefixStore {
  readonly entries: number;
  readonly bytes: number;
  /** Remembers what a row holds of a text, if there is memory for it. */
  keep(text: RowText): void;
  /** Copies what is known of a prompt's beginning into its row. Gives the number of tokens that need not be read. */
  reuse(prompt: RowText): number;
  /** Makes room for rows of so many bytes. */
  makeRoom(rowBytes: number): void;
}

/** A beginning must be worth its memory and its copy: this many tokens take some tens of milliseconds to read. */
const leastTokens = 16;

/** Starts without any. */
export function createPrefixStore({ rows, table, maxBytes, bytesPerToken, isOn }: PrefixStoreOptions): PrefixStore {
  const kept = createKeptPrefixes();

  return {
    get entries() {
      return kept.entries;
    },
    get bytes() {
      return kept.bytes;
    },
    keep({ task, row, tokens, filled }) {
      const { salt, isReusing } = task.job;
      const room = maxBytes - rows.bytes - filled * bytesPerToken;
      if (!isOn || !isReusing || filled < leastTokens || room < 0) return;
      const known = Int32Array.from(tokens.slice(0, filled));
      if (kept.has(known, salt)) return;
      kept.shrink(room);
      kept.add(known, salt, rows.exportRow(row, filled));
    },
    reuse(prompt) {
      const { task, filled, row } = prompt;
      const { salt, isReusing } = task.job;
      if (!isOn || !isReusing) return 0;
      // The last token is always read, for the logits behind it, and not alone: a run of one token may round in its own way.
      const tokens = task.job.prompt.subarray(0, -2);
      const shared = table.findSharing(tokens, salt, prompt);
      const known = filled === 0 ? kept.find(tokens, salt) : undefined;
      const length = Math.max(shared?.length ?? 0, known?.length ?? 0);
      if (length < filled + leastTokens) return 0;
      table.grow(length);
      if (shared !== undefined && shared.length === length) rows.copyRow(shared.text.row, row, length);
      else if (known !== undefined) rows.importRow(row, known.snapshot, length);
      prompt.filled = length;
      return length - filled;
    },
    makeRoom: (rowBytes) => kept.shrink(Math.max(0, maxBytes - rowBytes)),
  };
}

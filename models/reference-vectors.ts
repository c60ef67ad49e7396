import { readFileSync } from "node:fs";

/** One text of models/reference/minilm-reference.json. */
export interface ReferenceCase {
  text: string;
  ids: number[];
  /** What sentence-transformers computed, of length 1. */
  embedding: Float32Array;
}

/** Reads the vectors that sentence-transformers computed for texts of many lengths and scripts. */
export function readReferenceVectors(): ReferenceCase[] {
  const file = new URL("reference/minilm-reference.json", import.meta.url);
  const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: { text: string; ids: number[]; embedding: string }[] };
  return cases.map(({ text, ids, embedding }) => {
    const bytes = Uint8Array.from(Buffer.from(embedding, "base64"));
    return { text, ids, embedding: new Float32Array(bytes.buffer) };
  });
}

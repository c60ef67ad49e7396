import { readFileSync } from "node:fs";

/** One text and what the reference implementation made of it. */
export interface ReferenceCase {
  text: string;
  ids: number[];
  /** Of length 1. */
  embedding: Float32Array;
}

/** Reads vectors of texts of many lengths and scripts; by default those that sentence-transformers computed with all-MiniLM-L6-v2. */
export function readReferenceVectors(file: string | URL = new URL("reference/minilm-reference.json", import.meta.url)): ReferenceCase[] {
  const { cases } = JSON.parse(readFileSync(file, "utf8")) as { cases: { text: string; ids: number[]; embedding: string }[] };
  return cases.map(({ text, ids, embedding }) => {
    const bytes = Uint8Array.from(Buffer.from(embedding, "base64"));
    return { text, ids, embedding: new Float32Array(bytes.buffer) };
  });
}

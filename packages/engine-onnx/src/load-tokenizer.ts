import { readFile } from "node:fs/promises";
import { CodedError } from "@repo/contracts/coded-error";
import { createBertTokenizer, isBertTokenizer } from "./bert-tokenizer.ts";
import { createLibraryTokenizer } from "./library-tokenizer.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * Loads a tokenizer.json. BERT's kind (MiniLM, BGE, E5) runs on this project's own reader, several times as fast as the
 * library that does all others. Truncation and padding in the file are ignored: the embedder does both.
 * @throws CodedError model_unavailable when the file cannot be read or is no tokenizer.
 */
export async function loadTokenizer(path: string): Promise<Tokenizer> {
  try {
    const definition: unknown = JSON.parse(await readFile(path, "utf8"));
    return isBertTokenizer(definition) ? createBertTokenizer(definition) : createLibraryTokenizer(definition);
  } catch (error) {
    throw new CodedError("model_unavailable", "The tokenizer could not be loaded.", { cause: error });
  }
}

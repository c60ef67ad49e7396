import { readFile } from "node:fs/promises";
import { loadTokenizer } from "@repo/engine-onnx/load-tokenizer";

/** A text and what it costs. */
export interface SizedText {
  text: string;
  /** Tokens the model reads, special tokens included. */
  tokens: number;
}

/** Gives the next text, never the same one twice. */
export type TextSource = () => SizedText;

/** Shortest and longest text, in tokens. */
const minTokens = 8;
const maxTokens = 60;

/**
 * Distinct texts of 8 to 60 tokens, all lengths equally often: runs of words out of the film descriptions of cinematch.
 * Every source made with the same seed gives the same texts in the same order.
 */
export async function loadCorpus(options: {
  filmsPath: string;
  tokenizerPath: string;
  prompt: string;
}): Promise<(seed: number) => TextSource> {
  const tokenizer = await loadTokenizer(options.tokenizerPath);
  const words = (await readDescriptions(options.filmsPath)).join(" ").split(/\s+/);
  // BERT splits at white space first, so that the tokens of a text are those of its words.
  const pieces = words.map((word) => tokenizer.locate(word).length);
  if (words.length < 10_000) throw new Error(`${options.filmsPath} holds too few words for distinct texts.`);
  const special = tokenizer.prefix.length + tokenizer.suffix.length;
  const promptTokens = tokenizer.locate(options.prompt).length;

  return (seed) => {
    const random = createRandom(seed);
    const seen = new Set<string>();
    return () => {
      for (;;) {
        const wanted = minTokens + Math.floor(random() * (maxTokens - minTokens + 1));
        const start = Math.floor(random() * (words.length - maxTokens));
        let end = start;
        let tokens = special;
        while (tokens + (pieces[end] ?? maxTokens) <= wanted) tokens += pieces[end++] ?? 0;
        const text = words.slice(start, end).join(" ");
        if (tokens < minTokens || seen.has(text)) continue;
        seen.add(text);
        return { text, tokens: tokens + promptTokens };
      }
    };
  };
}

async function readDescriptions(path: string): Promise<string[]> {
  const lines = (await readFile(path, "utf8")).split("\n").filter((line) => line.trim() !== "");
  return lines.map((line) => (JSON.parse(line) as { description: string }).description);
}

/** Uniform numbers in [0, 1), reproducible: a linear congruential generator. Source of its constants: Numerical Recipes, 3rd ed., 7.1. */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 4_294_967_296;
  };
}

import type { CompiledGrammar } from "../src/compiled-grammar.ts";
import type { GrammarVocabulary } from "../src/grammar.ts";

/** What a walk wrote. */
export interface Walk {
  text: string;
  /** Tokens written, end token included. */
  tokens: number[];
  /** Of them, those that were forced. */
  forced: number;
}

/** Tokens of a mask. */
export function tokensOf(mask: Uint32Array): number[] {
  const tokens: number[] = [];
  for (const [word, bits] of mask.entries()) {
    for (let bit = 0; bit < 32; bit += 1) if ((bits >>> bit) & 1) tokens.push(word * 32 + bit);
  }
  return tokens;
}

/** How a walk chooses: `any` as random logits would, `longest` the tokens with most bytes, to end late. */
export type WalkTaste = "any" | "longest";

/**
 * Decodes with a model that has no idea.
 * @throws Error when a mask is empty before the end, or the budget is exceeded
 */
export function walkRandomly(
  grammar: CompiledGrammar,
  vocabulary: GrammarVocabulary,
  options: { budget: number; random: () => number; useForced: boolean; taste?: WalkTaste },
): Walk {
  const state = grammar.start(options.budget);
  const tokens: number[] = [];
  const bytes: number[] = [];
  let forced = 0;
  const write = (token: number): void => {
    state.accept(token);
    tokens.push(token);
    if (!vocabulary.endTokens.includes(token)) bytes.push(...(vocabulary.bytesOf(token) ?? []));
  };
  while (!state.finished) {
    const remaining = options.budget - tokens.length;
    if (remaining < 1) throw new Error(`over budget: ${Buffer.from(bytes).toString()}`);
    const ahead = options.useForced ? state.forced(remaining) : [];
    for (const token of ahead) write(token);
    forced += ahead.length;
    if (ahead.length > 0) continue;
    let allowed = tokensOf(state.allowed(remaining));
    if (allowed.length === 0) throw new Error(`nothing is allowed after ${Buffer.from(bytes).toString()}`);
    if (options.taste === "longest" && options.random() < 0.9) {
      const others = allowed.filter((token) => !vocabulary.endTokens.includes(token) && (vocabulary.bytesOf(token)?.length ?? 0) > 1);
      if (others.length > 0) allowed = others;
    }
    write(allowed[Math.floor(options.random() * allowed.length)] as number);
  }
  return { text: new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(Uint8Array.from(bytes)), tokens, forced };
}

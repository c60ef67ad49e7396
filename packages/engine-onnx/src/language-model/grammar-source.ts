import type { GenerationGrammar } from "@repo/contracts/generation-grammar";
import { compileGrammar } from "@repo/grammar/compile-grammar";
import type { CompiledGrammar } from "@repo/grammar/compiled-grammar";
import type { GrammarVocabulary } from "@repo/grammar/grammar";
import { prepareVocabulary, type PreparedVocabulary } from "@repo/grammar/prepare-vocabulary";
import { LRUCache } from "lru-cache";

/** Compiles grammars, each once. */
export interface GrammarSource {
  /** @throws CodedError invalid_request naming what is not supported */
  compile(grammar: GenerationGrammar): CompiledGrammar;
}

/** Grammars that are remembered, with the masks they made. */
const maxGrammars = 64;

/** Grammars over one vocabulary, which is made ready for the first of them. */
export function createGrammarSource(vocabulary: GrammarVocabulary): GrammarSource {
  const known = new LRUCache<string, CompiledGrammar>({ max: maxGrammars });
  let prepared: PreparedVocabulary | undefined;
  return {
    compile(grammar) {
      const key = JSON.stringify(grammar);
      prepared ??= prepareVocabulary(vocabulary);
      const compiled = known.get(key) ?? compileGrammar(grammar, prepared);
      known.set(key, compiled);
      return compiled;
    },
  };
}

import type { GenerationGrammar } from "@repo/contracts/generation-grammar";
import { compileGrammar } from "@repo/grammar/compile-grammar";
import type { CompiledGrammar } from "@repo/grammar/compiled-grammar";
import type { GrammarVocabulary } from "@repo/grammar/grammar";
import { prepareVocabulary, type PreparedVocabulary } from "@repo/grammar/prepare-vocabulary";
import { LRUCache } from "lru-cache";

/** Compiles grammars, each once. */
export interface GrammarSource {
  /** Makes the vocabulary ready now, so that no request waits for it. */
  prepare(): void;
  /** @throws CodedError invalid_request naming what is not supported */
  compile(grammar: GenerationGrammar): CompiledGrammar;
}

/** Grammars that are remembered, with the masks they made. */
const maxGrammars = 64;

/** Grammars over one vocabulary. */
export function createGrammarSource(vocabulary: GrammarVocabulary): GrammarSource {
  const known = new LRUCache<string, CompiledGrammar>({ max: maxGrammars });
  let prepared: PreparedVocabulary | undefined;
  const getPrepared = () => (prepared ??= prepareVocabulary(vocabulary));
  return {
    prepare() {
      getPrepared();
    },
    compile(grammar) {
      const key = JSON.stringify(grammar);
      const compiled = known.get(key) ?? compileGrammar(grammar, getPrepared());
      known.set(key, compiled);
      return compiled;
    },
  };
}

/**
 * A grammar for one vocabulary, made by `compileGrammar`. Keep it for requests with the same grammar: it remembers masks.
 */
export interface CompiledGrammar {
  /**
   * Tokens that the shortest answer (in bytes) takes, its end token included: no smaller budget is accepted. There may be an
   * answer of more bytes that takes fewer tokens; it is never needed.
   */
  readonly leastTokens: number;
  /**
   * Begins an answer.
   * @param tokenBudget tokens that may be written, end token included (max_new_tokens)
   * @throws CodedError invalid_request when no answer fits into the budget
   */
  start(tokenBudget: number): GrammarState;
}

/**
 * Where one answer stands. As long as every accepted token was allowed with the number of tokens that really remained, the
 * answer will be complete and valid within them, whatever the model prefers.
 */
export interface GrammarState {
  /**
   * Tokens that may come next: bit `t & 31` of word `t >> 5`, ceil(size / 32) words. Never empty before the end. The array
   * belongs to this state and is overwritten by its next call.
   * @param remaining tokens that may still be written, this one and the end token included; at least 1
   */
  allowed(remaining: number): Uint32Array;
  /**
   * Tokens that must come next because there is only one way on, cut as the model's tokenizer cuts them; empty when there is
   * a choice. They may be accepted without asking the model, and they fit into `remaining` (counted as in `allowed`).
   */
  forced(remaining: number): readonly number[];
  /**
   * Writes a token.
   * @throws CodedError internal when the grammar does not allow it here
   */
  accept(token: number): void;
  /** True once an end token was accepted. */
  readonly finished: boolean;
  /** An independent copy, for variations that share a beginning. */
  fork(): GrammarState;
}

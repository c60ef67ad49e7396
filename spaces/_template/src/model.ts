/** Facts about what this Space serves. A Space with a real model declares its files, revision and licence here. */
export const model = {
  id: "outpost/feature-hashing",
  /** Length of every vector: few enough to be small, enough that two words of a sentence rarely share a place. */
  dimensions: 256,
  /** Longest input in tokens, which are words here; more is cut. */
  maxTokens: 512,
  source: "K. Weinberger et al., Feature hashing for large scale multitask learning, ICML 2009",
} as const;

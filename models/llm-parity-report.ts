/** One architecture in one form. */
export interface LlmParityRow {
  name: string;
  precision: string;
  rotation: string;
  layers: number;
  hiddenSize: number;
  heads: string;
  promptTokens: number;
  /** Largest difference of a logit from transformers', and the largest logit. */
  maxDifference: number;
  spread: number;
  /** Likeliest tokens, one after the other, up to the first that differs. */
  sameGreedyTokens: number;
  greedyTokens: number;
  /** Whether texts continued together give the tokens that each gives alone. */
  sameInBatch: boolean;
}

/** All that `llm-parity.ts` found out. */
export interface LlmParityReport {
  rows: LlmParityRow[];
}

/** Of a logit, in floats of 32 bits. */
const mostDifference = 1e-3;

/** The bounds a change must not cross; the empty list when all hold. */
export function listLlmFailures({ rows }: LlmParityReport): string[] {
  return rows.flatMap((row) => {
    const name = `${row.name}, ${row.precision}, rotation ${row.rotation}`;
    const failures = row.sameInBatch ? [] : [`${name}: a text's next token depends on its company`];
    if (row.precision !== "fp32") return failures;
    if (!(row.maxDifference < mostDifference)) failures.push(`${name}: a logit differs by ${row.maxDifference}`);
    if (row.sameGreedyTokens < row.greedyTokens) failures.push(`${name}: token ${row.sameGreedyTokens} differs`);
    return failures;
  });
}

/** The report for people. */
export function toLlmMarkdown({ rows }: LlmParityReport): string {
  const head = [
    "weights like",
    "layers",
    "width",
    "heads",
    "precision",
    "rotation",
    "prompt",
    "largest difference of a logit",
    "same greedy tokens",
    "same in a batch",
  ];
  const lines = rows.map((row) => [
    row.name,
    row.layers,
    row.hiddenSize,
    row.heads,
    row.precision,
    row.rotation,
    row.promptTokens,
    `${row.maxDifference} of ${row.spread}`,
    `${row.sameGreedyTokens} of ${row.greedyTokens}`,
    row.sameInBatch ? "yes" : "no",
  ]);
  return `# Parity of decoders with transformers

Made by \`node models/llm-parity.ts <folder>\` with what models/reference/make_llm_reference.py wrote: random weights in the true
architectures (widths, heads, head sizes, norms, rotations, sliding window), fewer layers and tokens. The graphs are written from
safetensors by packages/engine-onnx/src/graph/decoder-graph.ts and driven as in service: rewritten to give wanted logits and new keys
only, keys and values in own buffers with room behind them, the prompt read in pieces, next tokens one by one. "Rotation" says whether
GroupQueryAttention rotates queries and keys or nodes of their own do, as in exports of Qwen 3. Bounds: ${mostDifference} for a logit in
floats of 32 bits and the same ${rows[0]?.greedyTokens ?? 64} greedy tokens; eight and four bits are shown for comparison (random weights are
harder on them than trained ones: nothing is redundant in noise).

${[head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n")}
`;
}

import type { InvarianceResult } from "./batch-invariance.ts";
import type { ServingCost } from "./measure-serving.ts";

/** One precision of a full model. */
export interface ParityRow {
  precision: string;
  /** With the reference vectors. */
  meanCosine: number;
  minCosine: number;
  stsDevSpearman?: number;
  /** The ONNX file and its weights. */
  bytes: number;
  prepareSeconds: number;
  /** Greatest resident size of the process up to the end of the preparation. */
  prepareMegabytes: number;
  /** By texts x tokens. */
  milliseconds: Record<"1x16" | "8x32" | "1x128", number>;
  invariance: { asBuilt: InvarianceResult; optimizedFile: InvarianceResult };
  /** Two workers, without and with the file of the optimised model. */
  fresh: ServingCost;
  cached: ServingCost;
}

/** All that `parity.ts` found out. */
export interface ParityReport {
  model: string;
  revision: string;
  isTrained: boolean;
  referenceTexts: number;
  longestReferenceTokens: number;
  textsWithIdenticalTokenIds: number;
  /** Of the machine, as times depend on it. */
  load: string;
  pairs: number;
  precisions: ParityRow[];
}

/** The bounds a change must not cross; the empty list when all hold. */
export function listFailures({ precisions, referenceTexts, textsWithIdenticalTokenIds }: ParityReport): string[] {
  const failures =
    textsWithIdenticalTokenIds === referenceTexts ? [] : [`token ids differ on ${referenceTexts - textsWithIdenticalTokenIds} texts`];
  for (const row of precisions) {
    const [leastMean, leastMin] = row.precision === "fp32" ? [0.99999, 0.99999] : [0.99, 0.98];
    if (row.meanCosine < leastMean || row.minCosine < leastMin)
      failures.push(`${row.precision}: cosine ${row.meanCosine} / ${row.minCosine}`);
    const drift = (row.stsDevSpearman ?? 0) - (precisions[0]?.stsDevSpearman ?? 0);
    if (Math.abs(drift) > 0.01) failures.push(`${row.precision}: Spearman ${row.stsDevSpearman}`);
    for (const [form, { different }] of Object.entries(row.invariance)) {
      if (different > 0) failures.push(`${row.precision}, ${form}: ${different} vectors depend on their batch`);
    }
  }
  return failures;
}

/** The report for people. */
export function toMarkdown(report: ParityReport, name: string): string {
  const { precisions } = report;
  const table = (head: readonly string[], line: (row: ParityRow) => readonly (string | number)[]): string =>
    [head, head.map(() => "---"), ...precisions.map(line)].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const comparisons = precisions.flatMap(({ invariance }) => Object.values(invariance));
  const different = comparisons.reduce((sum, result) => sum + result.different, 0);
  return `# Parity of ${report.model}

Made by \`node models/parity.ts ${name} <folder of the weights>${report.pairs > 0 ? " <stsb-en-dev.csv>" : ""}\`. Revision \`${report.revision}\`, ONNX Runtime in
Node at optimisation level 'all', one thread. Reference: ${reference(name)}, on ${report.referenceTexts} texts of up to ${report.longestReferenceTokens} tokens. Times are the
best tenth of the runs on a machine that others used too (${report.load} at the start).
${report.isTrained ? "" : `\n${standIn}\n`}
${table(
  [
    "precision",
    "mean cosine",
    "least cosine",
    ...(report.pairs > 0 ? ["Spearman, STS-B dev"] : []),
    "MB",
    "ms 1x16",
    "ms 8x32",
    "ms 1x128",
  ],
  (row) => [
    row.precision,
    row.meanCosine,
    row.minCosine,
    ...(row.stsDevSpearman === undefined ? [] : [row.stsDevSpearman]),
    (row.bytes / 1e6).toFixed(1),
    row.milliseconds["1x16"],
    row.milliseconds["8x32"],
    row.milliseconds["1x128"],
  ],
)}

Token ids are identical on ${report.textsWithIdenticalTokenIds} of ${report.referenceTexts} texts. Batch-invariance: ${different} of ${comparisons.reduce((sum, result) => sum + result.comparisons, 0)} vectors computed in batches of 2, 3 and 8
or with padding differ in any bit from the same text's alone, over all precisions, as built and as saved after optimising.
Bounds: float cosine >= 0.99999; eight bits mean >= 0.99, least >= 0.98, Spearman within 0.01 of float; no vector depends on
its batch. The command fails when one does not hold.

Serving, in a process of its own with two workers of one thread; "private" leaves out pages of mapped files, which processes
share and the kernel can drop. The longest text has as many tokens as the model reads. Preparing happens once, at image build.

${table(
  [
    "precision",
    "ms to load",
    "with the optimised file",
    "MB resident",
    "with the optimised file",
    "MB private",
    "with the optimised file",
    "ms longest text",
    "s to prepare",
    "MB at most, preparing",
  ],
  ({ precision, fresh, cached, prepareSeconds, prepareMegabytes }) => [
    precision,
    fresh.loadMs,
    cached.loadMs,
    fresh.residentMegabytes,
    cached.residentMegabytes,
    fresh.privateMegabytes,
    cached.privateMegabytes,
    cached.longestTextMs,
    prepareSeconds,
    prepareMegabytes,
  ],
)}
`;
}

const standIn = `**The weights are random**, in the true architecture and under the true names, drawn so that activations look like a trained
encoder's (models/reference/make_bge_reference.py --random), because the true ones were not at hand. This proves the code
path, its numbers and its cost; what eight bits cost the trained model has to be measured on it, with the same command.`;

function reference(name: string): string {
  return name === "minilm"
    ? "sentence-transformers in PyTorch (models/reference/minilm-reference.json)"
    : "transformers in PyTorch, [CLS] and L2 norm (models/reference/make_bge_reference.py)";
}

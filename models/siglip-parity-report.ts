import type { InvarianceResult } from "./batch-invariance.ts";

/** One tower in one precision. */
export interface TowerParity {
  /** With transformers' vectors. */
  meanCosine: number;
  minCosine: number;
  /** Alone against in batches, and all cores against one thread. */
  invariance: InvarianceResult;
  /** Of one image or text: the fastest run. */
  milliseconds: { oneThread: number; allCores: number };
  bytes: number;
}

/** One precision. */
export interface SiglipParityRow {
  precision: string;
  prepareSeconds: number;
  /** Greatest resident size of the process up to the end of the preparation. */
  prepareMegabytes: number;
  vision: TowerParity;
  text: TowerParity;
}

/** All that `siglip-parity.ts` found out. */
export interface SiglipParityReport {
  model: string;
  revision: string;
  isTrained: boolean;
  layers: number;
  images: number;
  texts: number;
  textsWithIdenticalTokenIds: number;
  cores: number;
  cpuFlags: readonly string[];
  /** Of the machine, as times depend on it. */
  load: string;
  precisions: SiglipParityRow[];
}

/** The bounds a change must not cross; the empty list when all hold. */
export function listSiglipFailures({ precisions, texts, textsWithIdenticalTokenIds }: SiglipParityReport): string[] {
  const failures = textsWithIdenticalTokenIds === texts ? [] : [`token ids differ on ${texts - textsWithIdenticalTokenIds} texts`];
  for (const row of precisions) {
    const least = row.precision === "fp32" ? 0.9999 : 0.98;
    for (const name of ["vision", "text"] as const) {
      const { minCosine, invariance } = row[name];
      if (!(minCosine >= least)) failures.push(`${row.precision}, ${name}: cosine ${minCosine}`);
      if (invariance.different > 0) failures.push(`${row.precision}, ${name}: ${invariance.different} vectors depend on their batch`);
    }
  }
  return failures;
}

/** The report for people. */
export function toSiglipMarkdown(report: SiglipParityReport): string {
  const { precisions } = report;
  const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(0);
  const table = (head: readonly string[], lines: readonly (readonly (string | number)[])[]): string =>
    [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
  const comparisons = precisions.flatMap(({ vision, text }) => [vision.invariance, text.invariance]);
  const total = (name: "comparisons" | "different"): number => comparisons.reduce((sum, each) => sum + each[name], 0);
  return `# Parity of ${report.model}

Made by \`node models/siglip-parity.ts <folder of the weights>\`. Revision \`${report.revision}\`, ${report.layers} layers in both towers,
ONNX Runtime in Node at optimisation level 'all'. Reference: transformers in PyTorch, floats of 32 bits
(models/reference/make_siglip_reference.py), ${report.images} images and ${report.texts} texts. ${report.cores} cores (${report.cpuFlags.join(" ")}),
${report.load} before the run: times on a busy machine say little, \`pnpm bench siglip-embed\` measures them.

${report.isTrained ? "" : `${standIn}\n\n`}${table(
    ["precision", "tower", "mean cosine", "least cosine", "MB", "ms, one thread", "ms, all cores"],
    precisions.flatMap((row) =>
      (["vision", "text"] as const).map((name) => {
        const { meanCosine, minCosine, bytes, milliseconds } = row[name];
        return [row.precision, name, meanCosine, minCosine, megabytes(bytes), milliseconds.oneThread, milliseconds.allCores];
      }),
    ),
  )}

Token ids are identical on ${report.textsWithIdenticalTokenIds} of ${report.texts} texts (capitals, other scripts, emoji, over-long ones). Invariance: ${total("different")} of
${total("comparisons")} vectors computed in a batch or with another number of threads differ in any bit from the same image's or text's
alone. Bounds: float cosine >= 0.9999; eight bits >= 0.98; no vector depends on its batch. The command fails when one does not hold.

Preparing, once, when an image is built: ${precisions.map((row) => `${row.precision} ${row.prepareSeconds} s and at most ${row.prepareMegabytes} MB`).join(", ")} (memory
counts from the process's start, so later rows include earlier ones).
`;
}

const standIn = `**The weights are random**, in the true architecture and under the true names, drawn so that activations look like a trained
encoder's (make_siglip_reference.py --random), because the true ones were not at hand. This proves the code path, its numbers
and its cost; what eight bits cost the trained model has to be measured on it, with the same command.`;

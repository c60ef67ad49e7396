import type { InvarianceResult } from "./batch-invariance.ts";
import type { SearchScore } from "./film-search.ts";
import type { PocketName } from "./pocket-models.ts";

/** Cosines between two models' vectors of the same texts. */
export interface Agreement {
  mean: number;
  min: number;
}

/** All that `evaluate-pocket.ts` found out. */
export interface PocketReport {
  model: string;
  revision: string;
  precision: string;
  dimensions: number;
  maxTokens: number;
  bytes: Record<string, number>;
  /** Of the machine, as times depend on it. */
  load: string;
  pairs: number;
  films: number;
  teacher: { stsDevSpearman: number; filmSearch: SearchScore; medianMs: number };
  /** With vectors cut to so many numbers and brought back to length 1; the whole first. */
  bySize: { dimensions: number; stsDevSpearman: number; filmSearch: SearchScore; promptedFilmSearch?: SearchScore }[];
  /** The same queries with and without the prompt. */
  promptedWithPlainQuery?: Agreement;
  /** Only where both have as many dimensions. */
  withTeacher?: { stsSentences: Agreement; referenceTexts: Agreement };
  withFloats?: { stsSentences: Agreement; referenceTexts: Agreement };
  invariance: InvarianceResult;
  /** By texts x tokens, and of the median STS-B sentence. */
  milliseconds: Record<string, number>;
}

/** The report for people. */
export function toMarkdown(report: PocketReport, name: PocketName): string {
  const { bySize, teacher, milliseconds, invariance } = report;
  const { medianStsSentence, ...bySizes } = milliseconds;
  const score = ({ mrrAt10, recallAt10 }: SearchScore): string => `${mrrAt10} / ${recallAt10}`;
  const isPrompted = bySize[0]?.promptedFilmSearch !== undefined;
  const sizes = bySize.map(
    ({ dimensions, stsDevSpearman, filmSearch, promptedFilmSearch }) =>
      `| ${dimensions} | ${stsDevSpearman} | ${score(filmSearch)} |${promptedFilmSearch === undefined ? "" : ` ${score(promptedFilmSearch)} |`}`,
  );
  const agreements = [
    ["teacher, STS-B sentences", report.withTeacher?.stsSentences],
    ["teacher, reference texts", report.withTeacher?.referenceTexts],
    ["its own layers in floats, STS-B sentences", report.withFloats?.stsSentences],
    ["its own layers in floats, reference texts", report.withFloats?.referenceTexts],
    ["the same query without the prompt", report.promptedWithPlainQuery],
  ] as const;
  return `# ${name}, measured through its ONNX file

Made by \`node models/evaluate-pocket.ts ${name} <stsb-en-dev.csv> <prepared teacher> <floats>\`; ONNX Runtime in Node, one thread.
The teacher is all-MiniLM-L6-v2 in floats (384 dimensions). Revision \`${report.revision}\`, ${report.precision}, ${report.bytes["model.onnx"]} bytes.

STS-B dev: Spearman over ${report.pairs.toLocaleString("en")} pairs. Film search: MRR@10 / recall@10 of finding each of CineMatch's ${report.films.toLocaleString("en")} films by its
description when the query is its tags. Neither was trained on.

| dimensions | STS-B dev | film search |${isPrompted ? " film search, with the query prompt |" : ""}
|---|---|---|${isPrompted ? "---|" : ""}
${sizes.join("\n")}
| teacher | ${teacher.stsDevSpearman} | ${score(teacher.filmSearch)} |${isPrompted ? " |" : ""}

Fewer dimensions: the first numbers, brought back to length 1.

| cosine with | mean | least |
|---|---|---|
${agreements.flatMap(([what, agreement]) => (agreement === undefined ? [] : [`| ${what} | ${agreement.mean} | ${agreement.min} |`])).join("\n")}

The reference texts (models/reference) are of many lengths and scripts; the model was trained on English.
${invariance.different} of ${invariance.comparisons} vectors computed in batches of 2, 3 and 8 or with padding differ in any bit from the same text's alone.

| texts x tokens | ms |
|---|---|
| median STS-B sentence (teacher: ${teacher.medianMs}) | ${medianStsSentence} |
${Object.entries(bySizes)
  .map(([size, ms]) => `| ${size} | ${ms} |`)
  .join("\n")}

The best tenth of the runs (the sentence: median), on a machine that others used too: ${report.load}.
`;
}

import type { Candidate, ExtractResponse, SheetField, SheetModels } from "@repo/contracts/answer-sheets";
import { encodePng } from "@repo/engine-onnx/vision/encode-png";
import type { Box } from "@repo/engine-onnx/vision/gray-image";
import type { RankedReading } from "./rank-candidates.ts";
import type { Region } from "./detect-regions.ts";
import type { SheetPage } from "./sheet-page.ts";

/** What was found on one page. */
export interface PageResult {
  page: SheetPage;
  skewDegrees: number;
  regions: readonly Region[];
  readings: Readonly<Record<SheetField, readonly RankedReading[]>>;
  timings: { read: number; detect: number; recognise: number };
}

/** What an answer needs beside the pages. */
export interface AnswerOptions {
  identity: SheetModels;
  crops: boolean;
  examType: string | undefined;
  startedAt: number;
  /** Whether a list was there to match with. */
  isListed: Readonly<Record<SheetField, boolean>>;
}

const names: Readonly<Record<SheetField, string>> = { register_number: "register number", subject_code: "subject code" };
/** Below this a person should look. */
const lowConfidence = 0.5;
/** Of two listed entries the better one leads by less than this (natural logarithm): a factor of about seven. */
const smallMargin = 2;

/** The answer for one page, or for several pages of one sheet: the best reading of each field, wherever it stands. */
export function writeAnswer(results: readonly [PageResult, ...PageResult[]], options: AnswerOptions): ExtractResponse {
  const register = collect(results, "register_number", options.crops);
  const subject = collect(results, "subject_code", options.crops);
  const [bestRegister, bestSubject] = [register[0], subject[0]];
  const pageNumber = (bestRegister ?? bestSubject)?.candidate.page ?? results[0].page.index;
  const shown = results.find(({ page }) => page.index === pageNumber) ?? results[0];
  const count = (field: SheetField): number =>
    results.reduce((sum, { regions }) => sum + regions.filter((region) => region.field === field).length, 0);
  const sum = (part: keyof PageResult["timings"]): number => round(results.reduce((total, { timings }) => total + timings[part], 0));
  return {
    success: true,
    register_number: bestRegister?.candidate.value ?? "",
    register_confidence: bestRegister?.candidate.confidence ?? 0,
    subject_code: bestSubject?.candidate.value ?? "",
    subject_confidence: bestSubject?.candidate.confidence ?? 0,
    register_candidates: register.map(({ candidate }) => candidate),
    subject_candidates: subject.map(({ candidate }) => candidate),
    regions_found: { register: count("register_number"), subject: count("subject_code") },
    page: pageNumber,
    pages: shown.page.count,
    rotation: shown.page.rotation,
    skew_degrees: Number(shown.skewDegrees.toFixed(2)),
    warnings: [...warn("register_number", register, options), ...warn("subject_code", subject, options)],
    suggested_filename: suggestName(bestRegister, bestSubject, shown, options.examType),
    model: options.identity,
    timings_ms: {
      read: sum("read"),
      detect: sum("detect"),
      recognise: sum("recognise"),
      total: round(performance.now() - options.startedAt),
    },
  };
}

interface Entry {
  candidate: Candidate;
  isFormed: boolean;
}

function collect(results: readonly PageResult[], field: SheetField, crops: boolean): Entry[] {
  const entries = results.flatMap(({ page, readings }) => readings[field].map((reading) => toEntry(reading, page, crops)));
  const rank = ({ candidate, isFormed }: Entry): number =>
    (candidate.matched ? 4 : 0) + (isFormed ? 2 : 0) + candidate.confidence * candidate.detection_confidence;
  // Within one page the order is there already; a sort keeps it where ranks are equal.
  return results.length === 1 ? entries : entries.toSorted((a, b) => rank(b) - rank(a));
}

function toEntry(ranked: RankedReading, page: SheetPage, crops: boolean): Entry {
  const { reading, value, raw, confidence, matched, margin, isFormed } = ranked;
  const { region, picture } = reading.crop;
  return {
    isFormed,
    candidate: {
      value,
      confidence: round(confidence, 4),
      detection_confidence: round(region.score, 4),
      box: toShares(region.box, page),
      page: page.index,
      raw,
      matched,
      ...(margin === undefined || !Number.isFinite(margin) ? {} : { margin: round(margin, 3) }),
      ...(crops ? { crop: `data:image/png;base64,${Buffer.from(encodePng(picture)).toString("base64")}` } : {}),
    },
  };
}

function warn(field: SheetField, entries: readonly Entry[], { isListed }: AnswerOptions): string[] {
  const name = names[field];
  const [best] = entries;
  if (best === undefined) return [`No ${name} was found.`];
  const { candidate, isFormed } = best;
  const warnings: string[] = [];
  if (!isFormed) warnings.push(`The ${name} ${candidate.value} has not the form it should have (${candidate.value.length} characters).`);
  if (isListed[field] && !candidate.matched)
    warnings.push(`The ${name} ${candidate.value} is not on the list, and no entry is close to it.`);
  if (candidate.matched && candidate.margin !== undefined && candidate.margin < smallMargin)
    warnings.push(`Another ${name} on the list fits almost as well as ${candidate.value}.`);
  const rival = entries.find(
    (entry) => entry.isFormed && entry.candidate.value !== candidate.value && !isSameBox(entry.candidate, candidate),
  );
  if (isFormed && rival !== undefined && rival.candidate.confidence > lowConfidence)
    warnings.push(`There is a second ${name} on the sheet: ${rival.candidate.value}.`);
  if (isFormed && candidate.confidence < lowConfidence) warnings.push(`The ${name} is hard to read.`);
  return warnings;
}

function isSameBox(a: Candidate, b: Candidate): boolean {
  return a.page === b.page && a.box.join() === b.box.join();
}

/** register_subject.pdf, or with the exam register_subject_exam.pdf; the ending is the file's own kind. */
function suggestName(
  register: Entry | undefined,
  subject: Entry | undefined,
  { page }: PageResult,
  examType: string | undefined,
): string | null {
  if (register?.isFormed !== true || subject?.isFormed !== true) return null;
  const parts = [register.candidate.value, subject.candidate.value, ...(examType ? [examType] : [])];
  return `${parts.join("_")}.${page.type === "jpeg" ? "jpg" : page.type}`;
}

function toShares([x, y, width, height]: Box, page: { width: number; height: number }): [number, number, number, number] {
  const left = clamp(x / page.width);
  const top = clamp(y / page.height);
  return [left, top, round(clamp((x + width) / page.width) - left, 5), round(clamp((y + height) / page.height) - top, 5)];
}

function clamp(share: number): number {
  return round(Math.min(1, Math.max(0, share)), 5);
}

function round(value: number, digits = 2): number {
  return Math.max(0, Number(value.toFixed(digits)));
}

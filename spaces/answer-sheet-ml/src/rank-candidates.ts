import { calibrate } from "@repo/engine-onnx/vision/calibrate";
import { matchesPattern, type FieldPattern } from "@repo/contracts/field-pattern";
import { matchList } from "./match-lists.ts";
import { maxConfidenceOutOfForm, type ReaderFacts, unusualOdds } from "./model.ts";
import type { CropReading } from "./read-text.ts";

/** A reading of a field and what is known about it. */
export interface RankedReading {
  reading: CropReading;
  value: string;
  raw: string;
  /** Calibrated, 0 to 1. */
  confidence: number;
  matched: boolean;
  margin: number | undefined;
  /** Whether the value has the form it must have. */
  isFormed: boolean;
  /** Whether that is all that can be asked of its form; a listed value needs none. */
  isUsual: boolean;
}

/** What a field's readings are judged by. */
export interface FieldRules {
  pattern: FieldPattern;
  /** Forms that most values have, where the pattern says little; undefined when it says all that is known. */
  usual?: FieldPattern | undefined;
  /** Values that may occur; undefined when none are known. */
  entries: readonly string[] | undefined;
}

/** Candidates that are answered. */
const maxCandidates = 8;
/** A reading of the right form that is this much less likely than the free one (natural logarithm) is not what is written there. */
const maxFormGap = 7;

/** All readings of a field's regions, best first. */
export function rankCandidates(readings: readonly CropReading[], rules: FieldRules, facts: ReaderFacts): RankedReading[] {
  const all = readings.flatMap((reading) => toCandidates(reading, rules, facts));
  const ranked = all.toSorted((a, b) => toRank(b) - toRank(a));
  const best = ranked[0];
  if (best === undefined) return [];
  // Two regions that say different things are each other's doubt, however sure the reader is of each.
  const rival = ranked.find(({ reading, value }) => reading !== best.reading && value !== best.value);
  const doubt = rival === undefined || rival.isFormed !== best.isFormed ? 0 : toWeight(rival);
  const share = doubt === 0 ? 1 : toWeight(best) / (toWeight(best) + doubt);
  return dropRepetitions([{ ...best, confidence: best.confidence * share }, ...ranked.slice(1)]).slice(0, maxCandidates);
}

function toCandidates(reading: CropReading, { pattern, usual, entries }: FieldRules, facts: ReaderFacts): RankedReading[] {
  const [best] = reading.free;
  const raw = best?.text ?? "";
  const matches = entries === undefined ? [] : matchList(reading, entries);
  const listed: RankedReading[] = matches.map(({ entry, confidence, margin }) => ({
    reading,
    value: entry,
    raw,
    confidence,
    matched: true,
    margin,
    isFormed: true,
    isUsual: true,
  }));
  const isNear = (logLikelihood: number): boolean => best === undefined || logLikelihood >= best.logLikelihood - maxFormGap;
  const free = [...reading.formed.filter(({ logLikelihood }) => isNear(logLikelihood)), ...reading.free];
  const unlisted: RankedReading[] = free
    .filter(({ text }) => text !== "" && matches.every(({ entry }) => entry !== text))
    .map(({ text, logLikelihood }) => {
      const isFormed = matchesPattern(pattern, text);
      const confidence = calibrate(Math.exp(logLikelihood), facts.calibration);
      return {
        reading,
        value: text,
        raw,
        confidence: isFormed ? confidence : Math.min(confidence, maxConfidenceOutOfForm),
        matched: false,
        margin: undefined,
        isFormed,
        isUsual: usual === undefined || matchesPattern(usual, text),
      };
    });
  return [...listed, ...unlisted];
}

function toWeight({ confidence, reading, isUsual }: RankedReading): number {
  return (confidence * reading.crop.region.score) / (isUsual ? 1 : unusualOdds);
}

/** Listed before unlisted, of the right form before others, and then by how likely it is that this is the field and says this. */
function toRank(candidate: RankedReading): number {
  return (candidate.matched ? 4 : 0) + (candidate.isFormed ? 2 : 0) + toWeight(candidate);
}

/** The same value of the same region once. */
function dropRepetitions(ranked: readonly RankedReading[]): RankedReading[] {
  return ranked.filter((one, index) => ranked.findIndex(({ reading, value }) => reading === one.reading && value === one.value) === index);
}

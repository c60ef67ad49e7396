import { voteList } from "@repo/engine-onnx/vision/ctc-vote";
import { listTrust, minMatchConfidence } from "./model.ts";
import type { CropReading } from "./read-text.ts";

/** The entry of a list that a crop says. */
export interface ListMatch {
  entry: string;
  /** Probability that this entry, and no other and nothing unlisted, is written there. */
  confidence: number;
  /** By how much the entry beats the next one, natural logarithm. */
  margin: number;
}

/** Entries that are answered beside the best one. */
const maxMatches = 3;

/**
 * Scores every entry of a list by its likelihood on the crop. What stands there may be none of them: the best reading that
 * is not listed competes too, with a handicap of {@link listTrust}, so a far entry is never forced on a crop.
 * @returns the best entries, best first; none when the unlisted reading wins
 */
export function matchList({ views, alphabet, free }: CropReading, entries: readonly string[]): ListMatch[] {
  if (entries.length === 0) return [];
  const scores = voteList(views, entries, alphabet).filter(({ logLikelihood }) => logLikelihood > Number.NEGATIVE_INFINITY);
  const [best, second] = scores;
  if (best === undefined) return [];
  const listed = new Set(entries);
  const unlisted = free.find(({ text }) => !listed.has(text))?.logLikelihood ?? Number.NEGATIVE_INFINITY;
  const none = unlisted - listTrust;
  const highest = Math.max(best.logLikelihood, none);
  const sum = scores.reduce((total, { logLikelihood }) => total + Math.exp(logLikelihood - highest), Math.exp(none - highest));
  const toConfidence = (logLikelihood: number): number => Math.exp(logLikelihood - highest) / sum;
  if (toConfidence(best.logLikelihood) < minMatchConfidence && none > best.logLikelihood) return [];
  return scores.slice(0, maxMatches).map(({ entry, logLikelihood }, index) => ({
    entry,
    confidence: toConfidence(logLikelihood),
    margin: index === 0 ? best.logLikelihood - (second?.logLikelihood ?? none) : logLikelihood - best.logLikelihood,
  }));
}

import type { Detection } from "./decode-detections.ts";
import type { Box } from "./gray-image.ts";

/** Options of {@link suppressOverlaps}. */
export interface SuppressOverlapsOptions {
  /** Detections of one class that share more of their union than this are one region, default 0.45 (YOLOv5, YOLOv8: 0.45 to 0.7). */
  maxOverlap?: number | undefined;
  /** Regions kept per class, default 20. */
  maxPerClass?: number | undefined;
  /**
   * Of two regions of different classes on one place, the one whose score is below this share of the other's is dropped.
   * Default 0: both stay.
   */
  minRivalShare?: number | undefined;
  /**
   * By class: left and right edges are taken from all detections of a place, so that this share of the left edges lies left of
   * the kept box's, and the same of the right ones. A detector is unsure of the far end of a long field, and places near that
   * end see it better. Classes without a share keep the best detection's own edges.
   */
  endShares?: Readonly<Record<number, number>> | undefined;
}

/** Detections this much weaker than the best of their place have no say in where it ends. */
const minMemberShare = 0.3;

/** Detections looked at per class: a detector that fires everywhere must not make the quadratic search long. */
const maxConsidered = 1000;

/**
 * Keeps the best of the detections that are of one class and lie on each other (greedy non-maximum suppression).
 * @returns best first, classes mixed.
 */
export function suppressOverlaps<Item extends Detection>(detections: readonly Item[], options: SuppressOverlapsOptions = {}): Item[] {
  const { maxOverlap = 0.45, maxPerClass = 20, minRivalShare = 0, endShares = {} } = options;
  const byClass = Map.groupBy(
    detections.toSorted((a, b) => b.score - a.score),
    (detection) => detection.classId,
  );
  const kept: Item[] = [];
  for (const [classId, sameClass] of byClass) {
    const keptOfClass: Item[] = [];
    for (const candidate of sameClass.slice(0, maxConsidered)) {
      if (keptOfClass.length === maxPerClass) break;
      if (keptOfClass.every((other) => measureOverlap(other.box, candidate.box) <= maxOverlap)) keptOfClass.push(candidate);
    }
    const endShare = endShares[classId];
    kept.push(...(endShare === undefined ? keptOfClass : keptOfClass.map((best) => moveEnds(best, sameClass, { maxOverlap, endShare }))));
  }
  const isOutdone = ({ classId, box, score }: Item): boolean =>
    kept.some((rival) => rival.classId !== classId && score < minRivalShare * rival.score && measureOverlap(rival.box, box) > maxOverlap);
  return kept.filter((item) => !isOutdone(item)).toSorted((a, b) => b.score - a.score);
}

function moveEnds<Item extends Detection>(
  best: Item,
  sameClass: readonly Item[],
  { maxOverlap, endShare }: { maxOverlap: number; endShare: number },
): Item {
  const members = sameClass
    .slice(0, maxConsidered)
    .filter(({ score, box }) => score >= minMemberShare * best.score && measureOverlap(box, best.box) > maxOverlap);
  const place = Math.floor(endShare * (members.length - 1));
  const left = members.map(({ box }) => box[0]).toSorted((a, b) => a - b)[place] as number;
  const right = members.map(({ box }) => box[0] + box[2]).toSorted((a, b) => b - a)[place] as number;
  return { ...best, box: [left, best.box[1], right - left, best.box[3]] };
}

/** Intersection over union of two boxes, 0 to 1. */
export function measureOverlap(a: Box, b: Box): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a[2] * a[3] + b[2] * b[3] - shared);
}

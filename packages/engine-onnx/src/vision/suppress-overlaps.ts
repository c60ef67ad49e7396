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
}

/** Detections looked at per class: a detector that fires everywhere must not make the quadratic search long. */
const maxConsidered = 1000;

/**
 * Keeps the best of the detections that are of one class and lie on each other (greedy non-maximum suppression).
 * @returns best first, classes mixed.
 */
export function suppressOverlaps<Item extends Detection>(detections: readonly Item[], options: SuppressOverlapsOptions = {}): Item[] {
  const { maxOverlap = 0.45, maxPerClass = 20, minRivalShare = 0 } = options;
  const byClass = Map.groupBy(
    detections.toSorted((a, b) => b.score - a.score),
    (detection) => detection.classId,
  );
  const kept: Item[] = [];
  for (const sameClass of byClass.values()) {
    const keptOfClass: Item[] = [];
    for (const candidate of sameClass.slice(0, maxConsidered)) {
      if (keptOfClass.length === maxPerClass) break;
      if (keptOfClass.every((other) => measureOverlap(other.box, candidate.box) <= maxOverlap)) keptOfClass.push(candidate);
    }
    kept.push(...keptOfClass);
  }
  const isOutdone = ({ classId, box, score }: Item): boolean =>
    kept.some((rival) => rival.classId !== classId && score < minRivalShare * rival.score && measureOverlap(rival.box, box) > maxOverlap);
  return kept.filter((item) => !isOutdone(item)).toSorted((a, b) => b.score - a.score);
}

/** Intersection over union of two boxes, 0 to 1. */
export function measureOverlap(a: Box, b: Box): number {
  const width = Math.min(a[0] + a[2], b[0] + b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[1] + a[3], b[1] + b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const shared = width * height;
  return shared / (a[2] * a[3] + b[2] * b[3] - shared);
}

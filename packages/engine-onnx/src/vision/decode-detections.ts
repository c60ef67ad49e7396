import { CodedError } from "@repo/contracts/coded-error";
import type { TensorData } from "../worker-protocol.ts";
import type { Box } from "./gray-image.ts";

/** One region a detector found. */
export interface Detection {
  /** In pixels of the detector's input, see `fromLetterbox`. */
  box: Box;
  /** 0 to 1. */
  score: number;
  classId: number;
}

/** How a detector writes what it found; N places, nc classes. */
export type DetectionLayout =
  /** [1, 4 + nc, N]: centre x, centre y, width, height, class scores (YOLOv8, 11). */
  | "anchor-free"
  /** [1, N, 5 + nc]: centre x, centre y, width, height, objectness, class scores (YOLOv5). */
  | "objectness"
  /** [1, N, 6]: left, top, right, bottom, score, class; overlaps are suppressed already (YOLOv10, 26). */
  | "end-to-end";

/** Options of {@link decodeDetections}. */
export interface DecodeDetectionsOptions {
  /** Number of classes the model knows; decides what a shape means. */
  classes: number;
  /** Detections with a lower score are left out, default 0.2. */
  minScore?: number | undefined;
  /** Read from the shape when absent. */
  layout?: DetectionLayout | undefined;
}

/**
 * Reads a detector's output, whichever of the three usual layouts it has. Overlaps are left in, see `suppressOverlaps`.
 * Source of the layouts: ultralytics' exporter and YOLOv5's detect.py (issues ultralytics#284, #751, #14850).
 * @throws CodedError model_unavailable when the shape is none that a detector of so many classes has.
 */
export function decodeDetections(output: TensorData, options: DecodeDetectionsOptions): Detection[] {
  const { classes, minScore = 0.2 } = options;
  const layout = options.layout ?? readLayout(output.dims, classes);
  const values = output.data as Float32Array;
  const [, second = 0, third = 0] = output.dims;
  if (layout === "end-to-end") return readEndToEnd(values, second, minScore);
  return layout === "anchor-free"
    ? readGrid(values, { places: third, classes, placeStride: 1, fieldStride: third, hasObjectness: false }, minScore)
    : readGrid(values, { places: second, classes, placeStride: third, fieldStride: 1, hasObjectness: true }, minScore);
}

function readLayout(dims: readonly number[], classes: number): DetectionLayout {
  const [first, second, third] = dims;
  if (dims.length === 3 && first === 1) {
    // A grid has thousands of places, an end-to-end head hundreds: with two classes 4 + nc is 6 as well, on the other axis.
    if (second === 4 + classes && third !== 6) return "anchor-free";
    if (third === 5 + classes) return "objectness";
    if (third === 6) return "end-to-end";
  }
  throw new CodedError("model_unavailable", `The detector's output has the shape [${dims.join(", ")}], which is no known layout.`, {
    details: { dims, classes },
  });
}

interface Grid {
  places: number;
  classes: number;
  placeStride: number;
  fieldStride: number;
  hasObjectness: boolean;
}

function readGrid(values: Float32Array, grid: Grid, minScore: number): Detection[] {
  const { places, classes, placeStride, fieldStride, hasObjectness } = grid;
  const firstClass = hasObjectness ? 5 : 4;
  const found: Detection[] = [];
  for (let place = 0; place < places; place += 1) {
    const at = (field: number) => values[place * placeStride + field * fieldStride] as number;
    let classId = 0;
    let best = at(firstClass);
    for (let other = 1; other < classes; other += 1) {
      const score = at(firstClass + other);
      if (score > best) [classId, best] = [other, score];
    }
    const score = hasObjectness ? best * at(4) : best;
    // Written so that a NaN is left out too.
    if (!(score >= minScore)) continue;
    const box: Box = [at(0) - at(2) / 2, at(1) - at(3) / 2, at(2), at(3)];
    if (isBox(box)) found.push({ box, score, classId });
  }
  return found;
}

function readEndToEnd(values: Float32Array, places: number, minScore: number): Detection[] {
  const found: Detection[] = [];
  for (let place = 0; place < places; place += 1) {
    const [left, top, right, bottom, score, classId] = values.subarray(place * 6, place * 6 + 6) as unknown as number[] as [
      number,
      number,
      number,
      number,
      number,
      number,
    ];
    const box: Box = [left, top, right - left, bottom - top];
    if (score >= minScore && isBox(box)) found.push({ box, score, classId });
  }
  return found;
}

function isBox(box: Box): boolean {
  return box.every(Number.isFinite) && box[2] > 0 && box[3] > 0;
}

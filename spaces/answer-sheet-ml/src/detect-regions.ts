import type { SheetField } from "@repo/contracts/answer-sheets";
import { decodeDetections } from "@repo/engine-onnx/vision/decode-detections";
import type { Box } from "@repo/engine-onnx/vision/gray-image";
import { fromLetterbox, letterbox } from "@repo/engine-onnx/vision/letterbox";
import { suppressOverlaps } from "@repo/engine-onnx/vision/suppress-overlaps";
import type { TensorData } from "@repo/engine-onnx/worker-protocol";
import type { Detector } from "./load-models.ts";
import { fieldOfClass } from "./model.ts";
import type { SheetPage } from "./sheet-page.ts";
import type { WorkContext } from "./work-context.ts";

/** A place on the page that is one of the fields. */
export interface Region {
  field: SheetField;
  /** Pixels of the page as it stands. */
  box: Box;
  /** 0 to 1. */
  score: number;
}

/** What the detector saw on a page as it stands. */
export interface Detected {
  /** Best first. */
  regions: Region[];
  /** Probabilities that the page must be turned by 0, 90, 180 and 270 degrees clockwise; undefined when the model does not say. */
  turns: readonly number[] | undefined;
}

/** More regions of one field than this are noise; each one is read. */
const maxRegionsPerField = 3;
/** What the detector takes for one field twice as surely as for the other is not read as the other. */
const minRivalShare = 0.5;
/**
 * See suppressOverlaps. Of 120 fields on generated pages 15 % lost more than half a letter at an end without it, 2 % with 0.2. A
 * code is short and a name often stands beside it, so it gets the middle of what was seen.
 */
const endShares: Readonly<Record<SheetField, number>> = { register_number: 0.2, subject_code: 0.5 };

/** Weaker detections than those that are looked at still know where a field ends. */
const endScoreShare = 1 / 3;

/** Looks for the fields on a page. @throws CodedError of the engine */
export async function detectRegions(detector: Detector, page: SheetPage, context: WorkContext): Promise<Detected> {
  const { engine, input, regions, orientation, classes, minScore, maxOverlap } = detector;
  const { tensor, ...way } = toInput(detector, page);
  const { outputs } = await engine.run({ [input]: tensor }, context);
  const found = decodeDetections(outputs[regions] as TensorData, { classes: classes.length, minScore: minScore * endScoreShare });
  const best = suppressOverlaps(found, { endShares: sharesOf(classes), maxOverlap, maxPerClass: maxRegionsPerField, minRivalShare }).filter(
    ({ score }) => score >= minScore,
  );
  return {
    regions: best.flatMap(({ box, score, classId }) => {
      const field = fieldOfClass[classes[classId] ?? ""];
      return field === undefined ? [] : [{ field, box: fromLetterbox(box, way), score: Math.min(1, score) }];
    }),
    turns: orientation === undefined ? undefined : [...((outputs[orientation] as TensorData).data as Float32Array)],
  };
}

function sharesOf(classes: readonly string[]): Record<number, number> {
  return Object.fromEntries(
    classes.flatMap((name, classId) => {
      const field = fieldOfClass[name];
      return field === undefined ? [] : [[classId, endShares[field]]];
    }),
  );
}

function toInput({ width, height, channels }: Detector, page: SheetPage): ReturnType<typeof letterbox> {
  if (channels === 1) return letterbox(page, { width, height });
  // Red, green, blue: what ultralytics' models are given in the end, whatever order the file was read in.
  const planes = (page.planes ?? [page, page, page]).map((plane) => letterbox(plane, { width, height }));
  const data = new Float32Array(3 * width * height);
  for (const [index, plane] of planes.entries()) data.set(plane.tensor.data as Float32Array, index * width * height);
  return { ...(planes[0] as ReturnType<typeof letterbox>), tensor: { type: "float32", data, dims: [1, 3, height, width] } };
}

import { cropField, cutOut } from "@repo/engine-onnx/vision/crop-field";
import { estimateSkew } from "@repo/engine-onnx/vision/estimate-skew";
import { clampBox, type Box, type GrayImage } from "@repo/engine-onnx/vision/gray-image";
import { rotateSlightly } from "@repo/engine-onnx/vision/rotate";
import type { Region } from "./detect-regions.ts";
import type { Reader } from "./load-models.ts";
import type { SheetPage } from "./sheet-page.ts";

/** A region, cut out for its reader. */
export interface Crop {
  region: Region;
  /** Float32 [height * width] of the reader's input. */
  pixels: Float32Array;
  /** What a person is shown: the region and a little around it, straightened. */
  picture: GrayImage;
}

/** Turning by less than this costs more sharpness than it straightens. */
const minSkewDegrees = 0.4;

/**
 * Part of what a slant adds to an upright box's height that is taken off again: writing seldom reaches the box's corners, and
 * a cut digit is worse than a margin too much. Of 25 numbers on phone pictures 17 were read with 0.4, 16 with 0.6, 12 with 0.8.
 */
const slantShare = 0.5;

/**
 * Cuts regions out of a page, straightened, in the size their readers want. Regions that lie beside the page are left out.
 * @param skewDegrees the whole page's slant, for regions around which nothing lines up
 */
export function cropRegions(
  page: SheetPage,
  regions: readonly Region[],
  readers: Readonly<Record<Region["field"], Reader>>,
  skewDegrees: number,
): Crop[] {
  return regions.flatMap((region) => {
    const { image, box } = straighten(page, region.box, measureSlant(page, region.box) ?? skewDegrees);
    const { width, height, isStretched, facts } = readers[region.field];
    const cut = cropField(image, box, {
      width,
      height,
      isStretched,
      dpi: page.dpi,
      marginRatio: facts.margin_ratio,
      endMarginRatio: facts.end_margin_ratio,
    });
    const picture = cutOut(image, grow(box, box[3] * 0.3));
    return cut === undefined || picture === undefined ? [] : [{ region, pixels: cut.pixels, picture }];
  });
}

/**
 * The slant around the box, whose label, rules and neighbours line up with it. A camera's perspective gives every part of a
 * page a slant of its own: there the page's is wrong by 1.1 degrees on average and by over 3 for one field in ten, this one
 * by 0.3 and 0.7 (42 fields of generated phone pictures); on scans both are right to 0.1.
 */
function measureSlant(page: GrayImage, [x, y, width, height]: Box): number | undefined {
  const piece = cutOut(page, [x - 2 * width, y - 4 * height, 5 * width, 9 * height]);
  if (piece === undefined) return undefined;
  const { degrees, isKnown } = estimateSkew(piece);
  return isKnown ? degrees : undefined;
}

/**
 * A piece of the page around the box, turned against the slant. Only the piece is turned: a whole page would take fifty
 * times as long. The upright box around slanted writing is taller than the writing, so it shrinks.
 */
function straighten(page: GrayImage, box: Box, skewDegrees: number): { image: GrayImage; box: Box } {
  if (Math.abs(skewDegrees) < minSkewDegrees) return { image: page, box };
  const sine = Math.abs(Math.sin((skewDegrees * Math.PI) / 180));
  const area = clampBox(grow(box, box[3] * 0.5 + box[2] * sine), page);
  const piece = area === undefined ? undefined : cutOut(page, area);
  if (area === undefined || piece === undefined) return { image: page, box };
  const height = Math.max(box[3] * 0.5, box[3] - slantShare * box[2] * sine);
  // The middle of the piece stays where it is; the box is in the middle unless the page's edge cut the piece.
  const shiftX = box[0] + box[2] / 2 - (area[0] + area[2] / 2);
  const shiftY = box[1] + box[3] / 2 - (area[1] + area[3] / 2);
  const turned = rotateSlightly(piece, -skewDegrees);
  return { image: turned, box: [area[2] / 2 + shiftX - box[2] / 2, area[3] / 2 + shiftY - height / 2, box[2], height] };
}

function grow([x, y, width, height]: Box, by: number): Box {
  return [x - by, y - by, width + 2 * by, height + 2 * by];
}

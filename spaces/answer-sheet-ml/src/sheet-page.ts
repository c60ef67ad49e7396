import type { Page } from "@repo/engine-onnx/images/page";
import type { GrayImage } from "@repo/engine-onnx/vision/gray-image";
import { rotateQuarters } from "@repo/engine-onnx/vision/rotate";

/** Clockwise turns that make a page stand upright. */
export type Rotation = 0 | 90 | 180 | 270;

/** A page as the steps hand it on. */
export interface SheetPage extends GrayImage {
  index: number;
  count: number;
  dpi: number;
  type: Page["type"];
  readMs: number;
  /** Red, green and blue, each a picture of the same size; only where the detector reads colours. */
  planes: readonly GrayImage[] | undefined;
  /** Quarters it was turned by since it was read. */
  rotation: Rotation;
}

/** A page as it came out of the file. */
export function toSheetPage({ rgb, ...page }: Page): SheetPage {
  return { ...page, rotation: 0, planes: rgb === undefined ? undefined : toPlanes(rgb, page) };
}

/** The page turned clockwise from how it came out of the file. */
export function turnPage(page: SheetPage, rotation: Rotation): SheetPage {
  if (rotation === 0) return page;
  return { ...page, ...rotateQuarters(page, rotation), planes: page.planes?.map((plane) => rotateQuarters(plane, rotation)), rotation };
}

function toPlanes(rgb: Uint8Array, { width, height }: { width: number; height: number }): GrayImage[] {
  return [0, 1, 2].map((channel) => {
    const gray = new Uint8Array(width * height);
    for (let pixel = 0; pixel < gray.length; pixel += 1) gray[pixel] = rgb[pixel * 3 + channel] as number;
    return { width, height, gray };
  });
}

import { flateImage, makePdf, type PdfPageSource } from "./pdf-file.ts";

type Color = readonly [red: number, green: number, blue: number];

/** A picture of the tests: one colour, or stripes of it. */
export interface Swatch {
  name: string;
  color: Color;
  /** Stripes of this many pixels, darker and lighter than the colour. */
  stripes?: number;
}

const side = 64;

function draw({ color, stripes }: Swatch, seed: number): Uint8Array {
  const pixels = new Uint8Array(side * side * 3);
  for (let at = 0; at < side * side; at += 1) {
    const isDark = stripes !== undefined && Math.floor((at % side) / stripes) % 2 === 1;
    const [x, y] = [at % side, Math.floor(at / side)];
    // A mark in one corner, different in each: no two are the same picture.
    const isMark = x < 4 && y < 4 && ((seed >> (x + 4 * y)) & 1) === 1;
    const brightness = stripes === undefined ? 1 : isDark ? 0.6 : 1.4;
    for (const [channel, value] of color.entries()) pixels[at * 3 + channel] = isMark ? 255 - value : Math.min(255, value * brightness);
  }
  return pixels;
}

/** A PDF with these pictures, four to a page, each with its name below it. */
export function makeSwatchPdf(swatches: readonly Swatch[]): Uint8Array<ArrayBuffer> {
  const pages: PdfPageSource[] = [];
  for (let first = 0; first < swatches.length; first += 4) {
    const onPage = swatches.slice(first, first + 4);
    const content = onPage
      .map(
        ({ name }, index) => `q 80 0 0 80 ${10 + 100 * index} 50 cm /I${index} Do Q BT /F 8 Tf ${10 + 100 * index} 38 Td (${name}) Tj ET`,
      )
      .join("\n");
    const images = Object.fromEntries(
      onPage.map((swatch, index) => [`I${index}`, flateImage(draw(swatch, ((first + index + 1) * 40_503) & 0xffff), side, side)]),
    );
    pages.push({ content, images, mediaBox: "0 0 420 150" });
  }
  return makePdf(pages);
}

/** A few of everything. */
export const someSwatches: readonly Swatch[] = [
  { name: "Red plain", color: [200, 40, 40] },
  { name: "Red striped", color: [200, 40, 40], stripes: 8 },
  { name: "Green plain", color: [50, 140, 60] },
  { name: "Green striped", color: [50, 140, 60], stripes: 8 },
  { name: "Blue plain", color: [40, 80, 190] },
  { name: "Blue striped", color: [40, 80, 190], stripes: 8 },
  { name: "Brown plain", color: [110, 70, 40] },
];

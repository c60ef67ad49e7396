import type { GrayImage } from "./gray-image.ts";

/** How a page lies. */
export interface Skew {
  /** How far the page is turned clockwise; `rotateSlightly(image, -degrees)` straightens it. 0 when it cannot be told. */
  degrees: number;
  /** How much sharper the lines are at this angle than on average over all that were tried; 0 without lines. */
  sharpness: number;
  /** Whether enough lines up for the angle to be told. */
  isKnown: boolean;
}

/** Feeders pull pages in by up to 3 degrees; what is more is turned on purpose. */
const maxDegrees = 5;
const coarseStep = 0.25;
const fineStep = 0.05;
/** Every fourth column: lines are long, and a page has plenty of columns. */
const columnStep = 4;
/** Grey levels between paper and ink, two rows apart. */
const minContrast = 32;
const maxPoints = 30_000;
/** An empty page, or a photograph, has no angle at which anything lines up. */
const minSharpness = 1.3;

/**
 * How far a page is turned, by its rules and lines of text: lower edges of ink are projected along each angle, and at the
 * right one they fall together, so that the profile's jumps are largest.
 * Source: Postl, "Detection of linear oblique structures and skew scan in digitized documents", ICPR 1986, and the
 * differential square sum of Bloomberg, Kopec and Dasari, "Measuring document image skew and orientation", SPIE 1995.
 */
export function estimateSkew(image: GrayImage): Skew {
  const points = findLowerEdges(image);
  const profile = new Float64Array(image.height + 2 * Math.ceil(image.width * Math.tan((maxDegrees * Math.PI) / 180)) + 2);
  const score = (degrees: number) => scoreAngle(points, profile, { degrees, width: image.width });
  let best = { degrees: 0, score: score(0) };
  let total = 0;
  let tried = 0;
  const look = (degrees: number) => {
    const value = score(degrees);
    if (value > best.score) best = { degrees, score: value };
    return value;
  };
  for (let degrees = -maxDegrees; degrees <= maxDegrees; degrees += coarseStep) {
    total += look(degrees);
    tried += 1;
  }
  const coarse = best.degrees;
  for (let step = -4; step <= 4; step += 1) look(coarse + step * fineStep);
  const sharpness = total === 0 ? 0 : best.score / (total / tried);
  const isKnown = sharpness >= minSharpness;
  return { degrees: isKnown ? best.degrees : 0, sharpness, isKnown };
}

/** Pixels where ink ends and paper begins below: x and y in turns. */
function findLowerEdges({ width, height, gray }: GrayImage): Int32Array {
  const found: number[] = [];
  for (let y = 2; y < height; y += 1) {
    for (let x = y % columnStep; x < width; x += columnStep) {
      const at = y * width + x;
      if ((gray[at] as number) - (gray[at - 2 * width] as number) > minContrast) found.push(x, y);
    }
  }
  const points = found.length / 2;
  if (points <= maxPoints) return Int32Array.from(found);
  const stride = points / maxPoints;
  return Int32Array.from({ length: maxPoints * 2 }, (_, index) => found[Math.floor((index >> 1) * stride) * 2 + (index & 1)] as number);
}

function scoreAngle(points: Int32Array, profile: Float64Array, { degrees, width }: { degrees: number; width: number }): number {
  profile.fill(0);
  const slope = Math.tan((degrees * Math.PI) / 180);
  // So that no row is negative.
  const offset = Math.ceil(width * Math.tan((maxDegrees * Math.PI) / 180));
  for (let index = 0; index < points.length; index += 2) {
    const row = ((points[index + 1] as number) - (points[index] as number) * slope + offset + 0.5) | 0;
    profile[row] = (profile[row] as number) + 1;
  }
  let sum = 0;
  for (let row = 1; row < profile.length; row += 1) sum += ((profile[row] as number) - (profile[row - 1] as number)) ** 2;
  return sum;
}

import type { GrayImage } from "./gray-image.ts";

/** Turns a picture clockwise by quarters of a full turn. */
export function rotateQuarters(image: GrayImage, degrees: 0 | 90 | 180 | 270): GrayImage {
  if (degrees === 0) return image;
  const { width, height, gray } = image;
  if (degrees === 180) return { width, height, gray: gray.toReversed() };
  const turned = new Uint8Array(gray.length);
  // Square blocks: one of the two pictures is always walked across its rows, and a block of both fits the cache.
  const block = 64;
  for (let blockY = 0; blockY < height; blockY += block) {
    for (let blockX = 0; blockX < width; blockX += block) {
      const endY = Math.min(height, blockY + block);
      const endX = Math.min(width, blockX + block);
      for (let y = blockY; y < endY; y += 1) {
        for (let x = blockX; x < endX; x += 1) {
          const target = degrees === 90 ? x * height + (height - 1 - y) : (width - 1 - x) * height + y;
          turned[target] = gray[y * width + x] as number;
        }
      }
    }
  }
  return { width: height, height: width, gray: turned };
}

/**
 * Turns a picture clockwise about its middle by a few degrees, to straighten a page; the size stays, corners that nothing
 * falls on become paper. Linear interpolation.
 */
export function rotateSlightly(image: GrayImage, degrees: number): GrayImage {
  const { width, height, gray } = image;
  const sine = Math.sin((degrees * Math.PI) / 180);
  const cosine = Math.cos((degrees * Math.PI) / 180);
  const turned = new Uint8Array(gray.length).fill(255);
  const middleX = (width - 1) / 2;
  const middleY = (height - 1) / 2;
  for (let y = 0; y < height; y += 1) {
    // The source of a target pixel: turned back.
    let sourceX = -middleX * cosine + (y - middleY) * sine + middleX;
    let sourceY = middleX * sine + (y - middleY) * cosine + middleY;
    for (let x = 0; x < width; x += 1, sourceX += cosine, sourceY -= sine) {
      if (sourceX < 0 || sourceY < 0 || sourceX > width - 1 || sourceY > height - 1) continue;
      const left = sourceX | 0;
      const top = sourceY | 0;
      const right = left + 1 < width ? 1 : 0;
      const below = top + 1 < height ? width : 0;
      const start = top * width + left;
      const shareX = sourceX - left;
      const shareY = sourceY - top;
      const upper = (gray[start] as number) * (1 - shareX) + (gray[start + right] as number) * shareX;
      const lower = (gray[start + below] as number) * (1 - shareX) + (gray[start + below + right] as number) * shareX;
      turned[y * width + x] = upper * (1 - shareY) + lower * shareY + 0.5;
    }
  }
  return { width, height, gray: turned };
}

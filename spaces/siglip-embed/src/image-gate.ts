import { CodedError } from "@repo/contracts/coded-error";

/** Bounds the images of all requests together that were accepted and are not answered. */
export interface ImageGate {
  /**
   * Counts a request's images in; call the result when they are answered.
   * @throws CodedError overloaded when they would be too many, with the time after which there is room
   */
  enter(images: number): () => void;
  /** Images that were accepted and are not answered. */
  waiting(): number;
}

const shortestRetryMs = 500;
const longestRetryMs = 60_000;

/** @param imagesPerSecond measured speed, for Retry-After */
export function createImageGate({ maxWaiting, imagesPerSecond }: { maxWaiting: number; imagesPerSecond: () => number }): ImageGate {
  let waiting = 0;
  return {
    enter(images) {
      if (waiting > 0 && waiting + images > maxWaiting) {
        const retryAfterMs = Math.min(longestRetryMs, Math.max(shortestRetryMs, (1000 * waiting) / Math.max(0.01, imagesPerSecond())));
        throw new CodedError("overloaded", `${waiting} images are waiting already.`, { retryAfterMs });
      }
      waiting += images;
      return () => {
        waiting -= images;
      };
    },
    waiting: () => waiting,
  };
}

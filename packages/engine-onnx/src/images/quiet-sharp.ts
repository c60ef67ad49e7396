import sharp from "sharp";

// One picture at a time with one thread: the other cores belong to inference. Pages do not come twice, so no cache.
sharp.concurrency(1);
sharp.cache(false);

/** sharp, told that this process is not all there is. */
export { sharp as quietSharp };

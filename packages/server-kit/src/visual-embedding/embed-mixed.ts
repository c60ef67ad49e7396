import type { ModelIdentity } from "@repo/contracts/model-info";
import type { TruncatedInput } from "@repo/contracts/embed-text";
import type { VisualTimings } from "@repo/contracts/visual-embedding";
import type { HandlerContext } from "../mount-route.ts";
import { readImages } from "./read-images.ts";
import { runVisual } from "./run-visual.ts";
import type { VisualEmbeddingHost } from "./visual-embedding-host.ts";

/** One input of a request that may hold both kinds. */
export type MixedInput = { text: string } | { image: string };

/** Vectors of texts and images in the order of the request. */
export interface MixedVectors {
  identity: ModelIdentity;
  vectors: Float32Array[];
  /** Tokens of all texts. */
  tokens: number;
  /** Texts that were cut, by their place in the request. */
  truncated: TruncatedInput[];
  timings: VisualTimings;
}

/**
 * Embeds texts and images of one request side by side.
 * @throws what the service throws, with details.index counted over all inputs
 */
export async function embedMixed(host: VisualEmbeddingHost, inputs: readonly MixedInput[], context: HandlerContext): Promise<MixedVectors> {
  const texts: string[] = [];
  const pictures: string[] = [];
  // Place of each text and each image in the request.
  const textPlaces: number[] = [];
  const picturePlaces: number[] = [];
  for (const [place, input] of inputs.entries()) {
    if ("text" in input) {
      texts.push(input.text);
      textPlaces.push(place);
    } else {
      pictures.push(input.image);
      picturePlaces.push(place);
    }
  }
  const images = await readImages(host, pictures, context);
  return await runVisual(host, { context, inputs: inputs.length }, async (service) => {
    const [ofImages, ofTexts] = await Promise.all([
      images.length === 0 ? undefined : service.embedImages(images, context),
      texts.length === 0 ? undefined : service.embedTexts(texts, context),
    ]);
    const vectors: Float32Array[] = [];
    for (const [index, vector] of (ofImages?.vectors ?? []).entries()) vectors[picturePlaces[index] as number] = vector;
    for (const [index, vector] of (ofTexts?.vectors ?? []).entries()) vectors[textPlaces[index] as number] = vector;
    const tokenCounts = ofTexts?.tokenCounts ?? [];
    return {
      identity: (ofImages ?? ofTexts)?.identity as ModelIdentity,
      vectors,
      tokenCounts,
      tokens: tokenCounts.reduce((sum, count) => sum + count, 0),
      truncated: (ofTexts?.truncated ?? []).map(({ index, tokens }) => ({ index: textPlaces[index] as number, tokens })),
      timings: { ...ofTexts?.timings, ...ofImages?.timings },
    };
  });
}

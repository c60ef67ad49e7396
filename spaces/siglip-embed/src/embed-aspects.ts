import { aspects, type Aspect, type AspectItem, type AspectOptions, type AspectVector } from "@repo/contracts/visual-embedding";
import { createAspectSpace, toAspectVector, toMean, type AspectSpace } from "./aspect-space.ts";
import { aspectWords } from "./aspect-words.ts";
import { toUnitVector } from "./unit-vector.ts";

/** Every aspect's place in the model's space. */
export type AspectSpaces = Readonly<Record<Aspect, AspectSpace>>;

const defaultTopLabels = 5;
const maxTopLabels = 50;

/**
 * Finds the aspects' places with the model's own text tower, once per model.
 * @param embed vectors of length 1 of texts, in order
 */
export async function locateAspects(embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>): Promise<AspectSpaces> {
  const entries: [Aspect, AspectSpace][] = [];
  for (const aspect of aspects) {
    const { words, sentences } = aspectWords[aspect];
    const vectors = await embed(words.flatMap((word) => sentences.map((sentence) => sentence.replace("{}", word))));
    const ofWord = (index: number) => vectors.slice(index * sentences.length, (index + 1) * sentences.length);
    entries.push([
      aspect,
      createAspectSpace(
        words,
        words.map((_, index) => toUnitVector(toMean(ofWord(index)))),
      ),
    ]);
  }
  return Object.fromEntries(entries) as Record<Aspect, AspectSpace>;
}

/** Vectors and words of every aspect, for each vector of an image or a text. */
export function toAspectItems(
  spaces: AspectSpaces,
  vectors: readonly Float32Array[],
  { topLabels = defaultTopLabels }: AspectOptions,
): AspectItem[] {
  const count = Math.min(maxTopLabels, topLabels);
  return vectors.map((vector) => {
    const entries = aspects.map((aspect): [Aspect, AspectVector] => [aspect, toAspectVector(spaces[aspect], vector, count)]);
    return { vector, aspects: Object.fromEntries(entries) as Record<Aspect, AspectVector> };
  });
}

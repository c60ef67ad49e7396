import { aspects, type Aspect, type AspectItem, type AspectOptions, type AspectVector } from "@repo/contracts/visual-embedding";
import { createAspectSpace, toAspectVector, toMean, type AspectSpace, type Modality } from "./aspect-space.ts";
import { aspectWords, type AspectWords } from "./aspect-words.ts";
import { toUnitVector } from "./unit-vector.ts";
import type { WordVectorStore } from "./word-vector-store.ts";

/** Every aspect's place in the model's space. */
export type AspectSpaces = Readonly<Record<Aspect, AspectSpace>>;

const defaultTopLabels = 5;
const maxTopLabels = 50;

/**
 * Finds the aspects' places with the model's own text tower, once per model.
 * @param embed vectors of length 1 of texts, in order
 * @param options.store keeps the words' vectors between starts
 * @param options.logitScale the model's own factor of a cosine
 */
export async function locateAspects(
  embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>,
  { store, logitScale }: { store: WordVectorStore; logitScale: number },
): Promise<AspectSpaces> {
  let vectors = await store.read(wordCount);
  if (vectors === undefined) {
    vectors = [];
    for (const aspect of aspects) vectors.push(...(await embedWords(aspectWords[aspect], embed)));
    await store.write(vectors);
  }
  const entries: [Aspect, AspectSpace][] = [];
  let first = 0;
  for (const aspect of aspects) {
    const { words } = aspectWords[aspect];
    entries.push([aspect, createAspectSpace(words, vectors.slice(first, first + words.length), logitScale)]);
    first += words.length;
  }
  return Object.fromEntries(entries) as Record<Aspect, AspectSpace>;
}

const wordCount = aspects.reduce((sum, aspect) => sum + aspectWords[aspect].words.length, 0);

/** One vector of length 1 per word: the mean of its sentences' vectors. */
async function embedWords(
  { words, sentences }: AspectWords,
  embed: (texts: readonly string[]) => Promise<readonly Float32Array[]>,
): Promise<Float32Array[]> {
  const vectors = await embed(words.flatMap((word) => sentences.map((sentence) => sentence.replace("{}", word))));
  return words.map((_, index) => toUnitVector(toMean(vectors.slice(index * sentences.length, (index + 1) * sentences.length))));
}

/** Vectors and words of every aspect, for each vector of an image or a text. */
export function toAspectItems(
  spaces: AspectSpaces,
  vectors: readonly Float32Array[],
  { modality, topLabels = defaultTopLabels }: AspectOptions & { modality: Modality },
): AspectItem[] {
  const options = { modality, topLabels: Math.min(maxTopLabels, topLabels) };
  return vectors.map((vector) => {
    const entries = aspects.map((aspect): [Aspect, AspectVector] => [aspect, toAspectVector(spaces[aspect], vector, options)]);
    return { vector, aspects: Object.fromEntries(entries) as Record<Aspect, AspectVector> };
  });
}

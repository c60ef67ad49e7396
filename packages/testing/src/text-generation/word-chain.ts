/** A few sentences about products, with letters, quotes and signs that take more than one byte. */
const corpus = `
A small lamp that folds into a café table and charges any phone by the sun. A quiet fan for the desk, made of bamboo and
wool. A garden planner that tells every neighbour when the beans are ripe. The lamp keeps a room bright for seven hours. The
planner draws the garden as a map and counts the days. A phone stand of cork, light as a leaf, for the kitchen and the desk.
The fan turns itself off when the room is cool. A bottle that says “drink” every hour ☀ and glows at night. The bottle
counts the glasses of a day and tells the phone. A bicycle bag of old sails, dry in any rain, with room for a loaf of bread.
The bag folds into a pocket and carries a whole kitchen. A map of the neighbourhood that grows with every walk. 🚲 The map
knows a quiet street for every bicycle and a bench for every walk.
`;

/** A token of the chain: a word with the space before it. */
export type Word = string;

/** Which words follow which: a first-order chain over {@link corpus}. */
export interface WordChain {
  /** Words that may follow, likeliest first, with their probabilities. */
  after(word: Word | undefined): { word: Word; probability: number }[];
  /** Whether a text may end after this word. */
  mayEnd(word: Word): boolean;
}

/** Cuts a text into words with the white space before them; joined they are the text again. */
export function splitWords(text: string): Word[] {
  return text.match(/\s*\S+|\s+$/g) ?? [];
}

/** Builds the chain. */
export function createWordChain(): WordChain {
  const words = splitWords(corpus.trim().replaceAll(/\s+/g, " ")).map((word) => ` ${word.trim()}`);
  const counts = new Map<string, Map<string, number>>();
  const starts = new Map<string, number>();
  const count = (map: Map<string, number>, word: string): void => void map.set(word, (map.get(word) ?? 0) + 1);
  for (const [index, word] of words.entries()) {
    const previous = words[index - 1];
    if (previous === undefined || previous.endsWith(".")) count(starts, word);
    else {
      const known = counts.get(previous) ?? new Map<string, number>();
      counts.set(previous, known);
      count(known, word);
    }
  }
  return {
    after: (word) => toShares((word === undefined ? undefined : counts.get(` ${word.trim()}`)) ?? starts),
    mayEnd: (word) => word.endsWith("."),
  };
}

function toShares(counts: ReadonlyMap<string, number>): { word: string; probability: number }[] {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  return [...counts]
    .map(([word, count]) => ({ word, probability: count / total }))
    .toSorted((a, b) => b.probability - a.probability || (a.word < b.word ? -1 : 1));
}

/** Options of {@link createWordPieces}. */
export interface WordPiecesOptions {
  vocabulary: ReadonlyMap<string, number>;
  /** Put before every piece but a word's first, "##" for BERT. */
  continuation: string;
  unknownId: number;
  /** Longer words (in code points) are unknown as a whole. */
  maxWordLength: number;
}

/** Splits words into pieces of the vocabulary. */
export interface WordPieces {
  readonly unknownId: number;
  readonly maxWordLength: number;
  /** Ids of a normalised word's pieces; the unknown id alone when it cannot be put together. */
  split(word: string): readonly number[];
  /** Length of each piece of `split(word)` in UTF-16 units of the word. */
  lengths(word: string): readonly number[];
}

interface SplitWord {
  ids: readonly number[];
  lengths: readonly number[];
}

/** Words kept; a word is about 200 bytes here, so 6 MB. When full it is emptied: common words are back at once. */
const maxCachedWords = 32_768;
const maxCachedWordLength = 32;

/** Greedy longest match from the left, with a cache of words. */
export function createWordPieces(options: WordPiecesOptions): WordPieces {
  const { vocabulary, continuation, unknownId, maxWordLength } = options;
  const cache = new Map<string, SplitWord>();
  const unknownWord = (word: string): SplitWord => ({ ids: [unknownId], lengths: [word.length] });
  let longestPiece = 1;
  for (const token of vocabulary.keys()) longestPiece = Math.max(longestPiece, token.length);

  function compute(word: string): SplitWord {
    const ids: number[] = [];
    const lengths: number[] = [];
    let start = 0;
    while (start < word.length) {
      let end = Math.min(word.length, start + longestPiece);
      let id: number | undefined;
      for (; end > start; end -= 1) {
        const piece = word.slice(start, end);
        id = vocabulary.get(start === 0 ? piece : continuation + piece);
        if (id !== undefined) break;
      }
      if (id === undefined) return unknownWord(word);
      ids.push(id);
      lengths.push(end - start);
      start = end;
    }
    return { ids, lengths };
  }

  function lookUp(word: string): SplitWord {
    let found = cache.get(word);
    if (found === undefined) {
      found = compute(word);
      if (word.length <= maxCachedWordLength) {
        if (cache.size >= maxCachedWords) cache.clear();
        cache.set(word, found);
      }
    }
    return found;
  }

  return { unknownId, maxWordLength, split: (word) => lookUp(word).ids, lengths: (word) => lookUp(word).lengths };
}

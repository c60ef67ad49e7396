import type { BertCharacter } from "./bert-characters.ts";
import type { TokenScan } from "./tokenizer.ts";
import type { WordPieces } from "./word-pieces.ts";

/** What every scan of one tokenizer shares. */
export interface BertScanContext {
  /** Tokens that are recognised in the text as they are spelled. */
  readonly added: readonly { content: string; id: number }[];
  readonly pieces: WordPieces;
  character(codePoint: number): BertCharacter;
  /** Ids of what stood between two spaces before; most of a text is words that were seen. */
  readonly segments: Map<string, readonly number[]>;
}

/** About 100 bytes each, so 3 MB. When full it is emptied: common ones are back at once. */
const maxCachedSegments = 32_768;
const maxSegmentLength = 24;

const isSpace = (code: number) => code === 0x20 || code === 0x0a || code === 0x09 || code === 0x0d;

/**
 * Reads a text from left to right and can stop anywhere, inside a word too.
 *
 * What stands between two plain spaces is tokenised independently of its neighbours, so short segments are looked up
 * whole; only new or long ones are read character by character.
 * @param places when given, start and stop of every token in UTF-16 units are added to it (and nothing is looked up).
 */
export function createBertScan(context: BertScanContext, text: string, places?: number[]): TokenScan {
  const { pieces, segments } = context;
  const ids: number[] = [];
  const addedStarts = new Set(context.added.map(({ content }) => content.charCodeAt(0)));
  let position = 0;
  // The word that is being read, normalised, and where its UTF-16 units came from.
  let word = "";
  let wordLength = 0;
  let wordStart = 0;
  let wordStop = 0;
  const unitStarts: number[] = [];
  const unitStops: number[] = [];

  function endWord(): void {
    if (wordLength === 0) return;
    if (wordLength > pieces.maxWordLength) {
      ids.push(pieces.unknownId);
      places?.push(wordStart, wordStop);
    } else {
      for (const id of pieces.split(word)) ids.push(id);
      if (places !== undefined) {
        let unit = 0;
        for (const length of pieces.lengths(word)) {
          places.push(unitStarts[unit] as number, unitStops[unit + length - 1] as number);
          unit += length;
        }
      }
    }
    word = "";
    wordLength = 0;
    unitStarts.length = 0;
    unitStops.length = 0;
  }

  function addToWord(part: string, start: number, stop: number): void {
    if (wordLength === 0) wordStart = start;
    wordStop = stop;
    // Lower-casing may make several characters of one.
    wordLength += part.length === 1 ? 1 : Array.from(part).length;
    if (wordLength > pieces.maxWordLength) return;
    word += part;
    if (places === undefined) return;
    for (let unit = 0; unit < part.length; unit += 1) {
      unitStarts.push(start);
      unitStops.push(stop);
    }
  }

  function readCharacter(): void {
    const codePoint = text.codePointAt(position) as number;
    const start = position;
    const stop = start + (codePoint > 0xffff ? 2 : 1);
    position = stop;
    for (const { text: part, kind } of context.character(codePoint).parts) {
      if (kind === "letter") {
        addToWord(part, start, stop);
        continue;
      }
      endWord();
      if (kind === "gap") continue;
      addToWord(part, start, stop);
      endWord();
    }
  }

  /** A token that is spelled out at the position, the longest that fits. */
  function readAdded(): boolean {
    if (!addedStarts.has(text.charCodeAt(position))) return false;
    let best: { content: string; id: number } | undefined;
    for (const added of context.added) {
      if (text.startsWith(added.content, position) && added.content.length > (best?.content.length ?? 0)) best = added;
    }
    if (best === undefined) return false;
    endWord();
    ids.push(best.id);
    places?.push(position, position + best.content.length);
    position += best.content.length;
    return true;
  }

  /** Looks the segment at the position up, or reads and remembers it; false when it is too long for that. */
  function readSegment(): boolean {
    const limit = Math.min(text.length, position + maxSegmentLength + 1);
    let end = position;
    while (end < limit && !isSpace(text.charCodeAt(end))) end += 1;
    if (end === position || end - position > maxSegmentLength) return false;
    const segment = text.slice(position, end);
    const known = segments.get(segment);
    if (known !== undefined) {
      for (const id of known) ids.push(id);
      position = end;
      return true;
    }
    const before = ids.length;
    while (position < end) if (!readAdded()) readCharacter();
    endWord();
    if (segments.size >= maxCachedSegments) segments.clear();
    // A copy: a slice would keep the whole text in memory.
    segments.set(` ${segment}`.slice(1), ids.slice(before));
    return true;
  }

  return {
    ids,
    advance(maxLength) {
      const end = Math.min(text.length, position + maxLength);
      while (position < end) {
        if (isSpace(text.charCodeAt(position))) {
          endWord();
          position += 1;
        } else if (wordLength > 0 || places !== undefined || !readSegment()) {
          if (!readAdded()) readCharacter();
        }
      }
      if (position < text.length) return false;
      endWord();
      return true;
    },
  };
}

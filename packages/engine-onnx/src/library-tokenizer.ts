import { CodedError } from "@repo/contracts/coded-error";
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import type { LocatedToken, Tokenizer } from "./tokenizer.ts";

/** Pieces a long text is read in; a piece ends at a space, where tokenizers split anyway. */
const pieceLength = 8192;

/**
 * Any tokenizer.json, through @huggingface/tokenizers.
 *
 * Two limits of the library show through: it knows no offsets, so `locate` finds each token's spelling in the text from
 * left to right and gives an empty place where the text was normalised beyond recognition; and it cannot stop in the
 * middle, so a text is read in pieces of about 8,192 characters cut at spaces.
 */
export function createLibraryTokenizer(definition: unknown): Tokenizer {
  const library = new LibraryTokenizer(definition as object, {});
  // Not Math.max(...): Gemma's 256,000 ids are more arguments than a call can have.
  let vocabularySize = 0;
  for (const id of (library.get_vocab(true) as Map<string, number>).values()) vocabularySize = Math.max(vocabularySize, id + 1);
  const encode = (text: string) => library.encode(text, { add_special_tokens: false }).ids;
  const empty = library.encode("", { add_special_tokens: true }).ids;
  const template = library.encode("a", { add_special_tokens: true }).ids;
  const content = encode("a");
  const prefixLength = template.length - empty.length === content.length ? commonPrefix(template, empty) : 0;
  const decode = (ids: readonly number[], skip: boolean) =>
    ids.length === 0 ? "" : library.decode([...ids], { skip_special_tokens: skip });

  return {
    prefix: empty.slice(0, prefixLength),
    suffix: empty.slice(prefixLength),
    vocabularySize,
    scan(text) {
      const ids: number[] = [];
      let position = 0;
      return {
        ids,
        advance(maxLength) {
          const stop = position + maxLength;
          while (position < text.length && position < stop) {
            const end = cutAtSpace(text, position);
            for (const id of encode(text.slice(position, end).toWellFormed())) ids.push(id);
            position = end;
          }
          return position >= text.length;
        },
      };
    },
    locate: (text) => locate(text, encode(text.toWellFormed()), (id) => library.id_to_token(id) ?? ""),
    tokenOf: (id) => library.id_to_token(id),
    decode(ids, { skipSpecialTokens }) {
      const unknown = ids.find((id) => library.id_to_token(id) === undefined);
      if (unknown !== undefined) throw new CodedError("invalid_request", `There is no token ${unknown}.`, { details: { id: unknown } });
      return decode(ids, skipSpecialTokens);
    },
  };
}

function commonPrefix(a: readonly number[], b: readonly number[]): number {
  let length = 0;
  while (length < b.length && a[length] === b[length]) length += 1;
  return length;
}

function cutAtSpace(text: string, position: number): number {
  const end = position + pieceLength;
  if (end >= text.length) return text.length;
  const space = text.lastIndexOf(" ", end);
  if (space > position) return space;
  // No space anywhere near: anywhere but inside a surrogate pair.
  return (text.charCodeAt(end) & 0xfc00) === 0xdc00 ? end + 1 : end;
}

function locate(text: string, ids: readonly number[], tokenOf: (id: number) => string): LocatedToken[] {
  const lower = text.toLowerCase();
  const haystack = lower.length === text.length ? lower : text;
  let unit = 0;
  let point = 0;
  return ids.map((id) => {
    const token = tokenOf(id);
    const spelling = token.replace(/^(##|\u2581|\u0120)/, "").toLowerCase();
    const found = spelling === "" ? -1 : haystack.indexOf(spelling, unit);
    const stop = found === -1 ? unit : found + spelling.length;
    const start = point + (found === -1 ? 0 : Array.from(text.slice(unit, found)).length);
    point = start + (found === -1 ? 0 : Array.from(text.slice(found, stop)).length);
    unit = stop;
    return { id, token, start, stop: point };
  });
}

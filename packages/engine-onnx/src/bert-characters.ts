/** What one character of a text becomes before it is split into word pieces. */
export interface BertCharacter {
  /** Normalised characters; empty when the character is dropped. */
  readonly parts: readonly BertPart[];
}

/** One normalised character. */
export interface BertPart {
  readonly text: string;
  /** letter: part of a word; single: a word by itself (punctuation); gap: ends a word. */
  readonly kind: "letter" | "single" | "gap";
}

/** Options of BERT's normaliser, as tokenizer.json holds them. */
export interface BertNormalizerOptions {
  lowercase: boolean;
  stripAccents: boolean;
}

const whitespace = /^\p{White_Space}$/u;
const dropped = /^[\p{Cc}\p{Cf}\p{Co}\p{Cs}\uFFFD]$/u;
const marks = /\p{Mn}/gu;
/** All ASCII that is no letter, digit, space or control counts as punctuation, "$" and "+" too. */
const punctuation = /^[\p{P}!-/:-@[-`{-~]$/u;

/** Han blocks, each character a word: is_chinese_char of the BERT normaliser (google-research/bert, tokenization.py). */
const hanRanges = toRanges("3400-4dbf 4e00-9fff f900-faff 20000-2a6df 2a700-2b73f 2b740-2b81f 2b920-2ceaf 2f800-2fa1f");

/**
 * Marks, format characters, punctuation and decompositions that the reference implementation does not know: its tables
 * are those of Unicode 8, and what came later is a plain letter to it. Found by asking `tokenizers` 0.23 about every
 * code point and comparing with Unicode 17.
 */
const newerThanReference = toRanges(
  "61d 7fd 890-891 897-89f 8ca-8e2 9fd-9fe a76 afa-aff b55 c04 c3c c77 c84 d00 d3b-d3c d81 eba ece 180f 1885-1886 " +
    "1abf-1add 1ae0-1aeb 1b4e-1b4f 1b7d-1b7f 1df6-1dfb 2e43-2e4f 2e52-2e5d a82c a8c5 a8ff a9bd 105c9 105e4 10d24-10d27 " +
    "10d69-10d6e 10eab-10ead 10ed0 10efa-10eff 10f46-10f50 10f55-10f59 10f82-10f89 11070 11073-11074 110c2 110cd 111c9 " +
    "111cf 1123e 11241 1133b 11383 11385 1138e 11391 113bb-113c0 113c5 113c7-113c8 113ce 113d0 113d2 113d4-113d5 " +
    "113d7-113d8 113e1-113e2 11438-1143f 11442-11444 11446 1144b-1144f 1145a-1145b 1145d-1145e 11660-1166c 116b9 " +
    "1182f-11837 11839-1183b 11938 1193b-1193c 1193e 11943-11946 119d4-119d7 119da-119db 119e0 119e2 11a01-11a0a " +
    "11a33-11a38 11a3b-11a47 11a51-11a56 11a59-11a5b 11a8a-11a96 11a98-11a9c 11a9e-11aa2 11b00-11b09 11b60 11b62-11b64 " +
    "11b66 11be1 11c30-11c36 11c38-11c3d 11c3f 11c41-11c45 11c70-11c71 11c92-11ca7 11caa-11cb0 11cb2-11cb3 11cb5-11cb6 " +
    "11d31-11d36 11d3a 11d3c-11d3d 11d3f-11d45 11d47 11d90-11d91 11d95 11d97 11ef3-11ef4 11ef7-11ef8 11f00-11f01 " +
    "11f36-11f3a 11f40 11f42-11f4f 11f5a 11fff 12ff1-12ff2 13430-13440 13447-13455 1611e-16129 1612d-1612f 16d68-16d6a " +
    "16d6d-16d6f 16e97-16e9a 16f4f 16fe2 16fe4 1cf00-1cf2d 1cf30-1cf46 1e000-1e006 1e008-1e018 1e01b-1e021 1e023-1e024 " +
    "1e026-1e02a 1e08f 1e130-1e136 1e2ae 1e2ec-1e2ef 1e4ec-1e4ef 1e5ee-1e5ef 1e5ff 1e6e3 1e6e6 1e6ee-1e6ef 1e6f5 " +
    "1e944-1e94a 1e95e-1e95f",
);
/** Marks in Unicode 8 that became spacing marks later. */
const formerMarks = new Set([0x1734, 0x1171e]);
/** Punctuation in Unicode 8 that became something else later. */
const formerPunctuation = new Set(["\u166D", "\u{111C9}"]);

const gap: BertPart = { text: " ", kind: "gap" };

/**
 * Normalises one code point as BERT does: control characters, NUL, U+FFFD and lone surrogates vanish, white space ends
 * a word, Han characters stand alone, accents are stripped, the rest is lower-cased, punctuation stands alone.
 */
export function toBertCharacter(codePoint: number, options: BertNormalizerOptions): BertCharacter {
  const text = String.fromCodePoint(codePoint);
  const lower = (part: string) => (options.lowercase ? part.toLowerCase() : part);
  if (isIn(newerThanReference, codePoint))
    return { parts: [{ text: lower(text), kind: formerPunctuation.has(text) ? "single" : "letter" }] };
  if (whitespace.test(text)) return isControlSpace(codePoint) ? { parts: [] } : { parts: [gap] };
  if (dropped.test(text)) return { parts: [] };
  let parts = text;
  if (options.stripAccents) parts = formerMarks.has(codePoint) ? "" : text.normalize("NFD").replace(marks, "");
  const normalized = Array.from(parts, (part): BertPart => {
    if (whitespace.test(part)) return gap;
    const isSingle = punctuation.test(part) || formerPunctuation.has(part);
    return { text: lower(part), kind: isSingle ? "single" : "letter" };
  });
  return { parts: isIn(hanRanges, codePoint) ? [gap, ...normalized, gap] : normalized };
}

/** White space that is a control character first, and dropped: all but tab, line feed and carriage return. */
function isControlSpace(codePoint: number): boolean {
  return codePoint === 0x0b || codePoint === 0x0c || codePoint === 0x85;
}

function toRanges(list: string): [number, number][] {
  return list.split(" ").map((range) => {
    const [first = "", last = first] = range.split("-");
    return [Number.parseInt(first, 16), Number.parseInt(last, 16)];
  });
}

function isIn(ranges: readonly [number, number][], codePoint: number): boolean {
  return ranges.some(([first, last]) => codePoint >= first && codePoint <= last);
}

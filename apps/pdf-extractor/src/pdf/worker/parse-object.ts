/** A value of a PDF's syntax (ISO 32000-1, 7.3), as far as dictionaries of images have them. */
export type PdfValue = PdfName | PdfReference | PdfDictionary | PdfValue[] | number | string | undefined;

/** "/DCTDecode" without its slash. */
export class PdfName {
  readonly name: string;
  constructor(name: string) {
    this.name = name;
  }
}

/** "12 0 R" */
export class PdfReference {
  readonly object: number;
  constructor(object: number) {
    this.object = object;
  }
}

/** Keys without their slashes. */
export type PdfDictionary = Map<string, PdfValue>;

/** Dictionaries nest a few levels; what nests deeper was made to overflow a parser's stack. */
const maxDepth = 16;
const token =
  /[\s\0]*(?:%[^\r\n]*[\r\n]+[\s\0]*)*(<<|>>|\[|\]|\/[^\s\0()<>[\]{}/%]*|\((?:\\[^]|[^()\\])*\)|<[\dA-Fa-f\s]*>|[^\s\0()<>[\]{}/%]+)/y;
const reference = /[\s\0]+\d+[\s\0]+R(?![^\s\0()<>[\]{}/%])/y;

/**
 * Reads the value at a place of a PDF. Whatever is no value is undefined: the file is a stranger's, and pdf.js, not this,
 * decides what can be read of it. Strings come as they are written, brackets included.
 *
 * @returns the value and where it ends
 */
export function parseObject(text: string, at: number, depth = 0): { value: PdfValue; end: number } {
  token.lastIndex = at;
  const word = token.exec(text)?.[1];
  const end = token.lastIndex;
  if (word === undefined || depth > maxDepth) return { value: undefined, end: text.length };
  if (word === "<<") return parseDictionary(text, end, depth);
  if (word === "[") return parseArray(text, end, depth);
  if (word.startsWith("/"))
    return { value: new PdfName(word.slice(1).replaceAll(/#([\dA-Fa-f]{2})/g, (_, code: string) => toCharacter(code))), end };
  if (!/^[-+]?[\d.]+$/.test(word)) return { value: word, end };
  reference.lastIndex = end;
  return reference.test(text) ? { value: new PdfReference(Number(word)), end: reference.lastIndex } : { value: Number(word), end };
}

function toCharacter(code: string): string {
  return String.fromCodePoint(Number.parseInt(code, 16));
}

function parseDictionary(text: string, at: number, depth: number): { value: PdfDictionary; end: number } {
  const value: PdfDictionary = new Map();
  let end = at;
  while (end < text.length) {
    const key = parseObject(text, end, depth + 1);
    end = key.end;
    if (!(key.value instanceof PdfName)) break;
    const entry = parseObject(text, end, depth + 1);
    end = entry.end;
    value.set(key.value.name, entry.value);
  }
  return { value, end };
}

function parseArray(text: string, at: number, depth: number): { value: PdfValue[]; end: number } {
  const value: PdfValue[] = [];
  let end = at;
  while (end < text.length) {
    const entry = parseObject(text, end, depth + 1);
    end = entry.end;
    if (entry.value === "]" || entry.value === ">>") break;
    value.push(entry.value);
  }
  return { value, end };
}

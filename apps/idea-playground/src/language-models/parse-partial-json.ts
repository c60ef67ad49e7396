/** Reads one JSON value from a text that may end anywhere. */
interface Reader {
  text: string;
  at: number;
  /** Set when the text ended, or stopped being JSON: nothing after it is read. */
  isCut: boolean;
  depth: number;
}

/** Deepest nesting that is read; an idea has two levels. */
const maxDepth = 50;

/** What of the text behind a number is looked at, characters: no more than a number has. */
const maxNumberTail = 32;

/** Value of what is missing: a number, literal or key that was begun and may still change. */
const nothing = Symbol("nothing");

const space = /[ \t\n\r]*/y;
const literal = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
/** A string without its quotes, as far as it is there: whole escapes only. */
const stringBody = /(?:[^"\\]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*/y;
const literals: Readonly<Record<string, unknown>> = { true: true, false: false, null: null };

function match(reader: Reader, pattern: RegExp): string {
  pattern.lastIndex = reader.at;
  const found = pattern.exec(reader.text)?.[0] ?? "";
  reader.at += found.length;
  return found;
}

function take(reader: Reader, sign: string): boolean {
  match(reader, space);
  if (reader.text[reader.at] !== sign) return false;
  reader.at += 1;
  return true;
}

// eslint-disable-next-line no-control-regex -- models put line breaks into strings, where JSON has escapes
const controlCharacter = /[\u0000-\u001F]/g;

/** Escapes decoded; half a surrogate pair at the end is left out until the other half is there. */
function decode(body: string): string {
  const value = JSON.parse(
    `"${body.replaceAll(controlCharacter, (sign) => `\\u${sign.charCodeAt(0).toString(16).padStart(4, "0")}`)}"`,
  ) as string;
  return value.replace(/[\uD800-\uDBFF]$/, "");
}

function readString(reader: Reader): { value: string; isWhole: boolean } {
  const value = decode(match(reader, stringBody));
  const isWhole = reader.text[reader.at] === '"';
  if (isWhole) reader.at += 1;
  else reader.isCut = true;
  return { value, isWhole };
}

function readNested<Value>(reader: Reader, read: (reader: Reader) => Value): Value | typeof nothing {
  if (reader.depth >= maxDepth) {
    reader.isCut = true;
    return nothing;
  }
  reader.depth += 1;
  const value = read(reader);
  reader.depth -= 1;
  return value;
}

function readValue(reader: Reader): unknown {
  if (take(reader, "{")) return readNested(reader, readObject);
  if (take(reader, "[")) return readNested(reader, readArray);
  if (take(reader, '"')) return readString(reader).value;
  const word = match(reader, literal);
  // A number at the end of the text may go on, be it with a dot or an exponent; a literal may not.
  const isOpen = !Object.hasOwn(literals, word) && /^[\d.eE+-]*$/.test(reader.text.slice(reader.at, reader.at + maxNumberTail));
  if (word === "" || isOpen) {
    reader.isCut = true;
    return nothing;
  }
  return Object.hasOwn(literals, word) ? literals[word] : Number(word);
}

function readArray(reader: Reader): unknown[] {
  const values: unknown[] = [];
  if (take(reader, "]")) return values;
  while (!reader.isCut) {
    const value = readValue(reader);
    if (value !== nothing) values.push(value);
    if (reader.isCut || take(reader, "]")) break;
    if (!take(reader, ",")) reader.isCut = true;
  }
  return values;
}

function readObject(reader: Reader): Record<string, unknown> {
  const entries: [string, unknown][] = [];
  if (take(reader, "}")) return {};
  while (!reader.isCut) {
    if (!take(reader, '"')) break;
    const key = readString(reader);
    if (!key.isWhole || !take(reader, ":")) break;
    const value = readValue(reader);
    if (value !== nothing) entries.push([key.value, value]);
    if (reader.isCut || take(reader, "}")) return Object.fromEntries(entries);
    if (!take(reader, ",")) break;
  }
  reader.isCut = true;
  return Object.fromEntries(entries);
}

/**
 * The first JSON object (or list) of a text that is still being written: what is there so far, an unfinished string included,
 * a key or number that may still change left out. Text before it is skipped; reading stops where the text is no JSON.
 * @param opening what the value begins with
 * @returns undefined before it begins
 */
export function parsePartialJson(text: string, opening: "{" | "[" = "{"): unknown {
  const start = text.indexOf(opening);
  if (start === -1) return undefined;
  const reader = { text, at: start + 1, isCut: false, depth: 0 };
  return opening === "{" ? readObject(reader) : readArray(reader);
}

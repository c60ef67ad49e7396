import { CodedError } from "@repo/contracts/coded-error";

/** The parts of a tokenizer.json that say what its tokens spell. */
interface TokenizerDefinition {
  model: { type?: string; vocab: Record<string, number> };
  added_tokens?: { id: number; content: string; special: boolean }[];
  decoder?: { type: string; decoders?: { type: string }[] } | null;
}

/** What the tokens of a language model spell. */
export interface TokenBytes {
  /** Ids are 0 .. vocabularySize - 1; some may be unused. */
  vocabularySize: number;
  /** Bytes a token adds to a text; undefined for control tokens and unused ids. */
  bytesOf(token: number): Uint8Array | undefined;
  /** Control tokens with their spellings, such as the end of a turn. */
  control: ReadonlyMap<number, string>;
}

/**
 * Reads the spelling of all tokens as bytes: byte-level vocabularies (GPT-2, Llama 3, Qwen, SmolLM) and SentencePiece's
 * with byte fallback (Llama 2, Gemma).
 * @param definition contents of tokenizer.json
 * @throws CodedError model_unavailable for other kinds: their tokens do not spell the text
 * @source https://github.com/openai/gpt-2/blob/master/src/encoder.py (bytes_to_unicode), https://github.com/google/sentencepiece (byte fallback, U+2581)
 */
export function readTokenBytes(definition: unknown): TokenBytes {
  const { model, added_tokens: added = [], decoder } = definition as TokenizerDefinition;
  const kinds = [decoder?.type, ...(decoder?.decoders ?? []).map(({ type }) => type)];
  const spell = kinds.includes("ByteLevel") ? spellByteLevel() : kinds.includes("ByteFallback") ? spellSentencePiece() : undefined;
  if (spell === undefined || typeof model?.vocab !== "object" || Array.isArray(model.vocab)) {
    throw new CodedError("model_unavailable", "The tokenizer is of a kind whose tokens do not spell text byte by byte.", {
      details: { model: model?.type ?? null, decoder: decoder?.type ?? null },
    });
  }
  const bytes: (Uint8Array | undefined)[] = [];
  for (const [token, id] of Object.entries(model.vocab)) bytes[id] = spell(token);
  const control = new Map<number, string>();
  for (const { id, content, special } of added) {
    bytes[id] = special ? undefined : encoder.encode(content);
    if (special) control.set(id, content);
  }
  return { vocabularySize: Math.max(bytes.length, ...[...control.keys()].map((id) => id + 1)), bytesOf: (token) => bytes[token], control };
}

const encoder = new TextEncoder();

/** Every byte is one printable character: itself where it is printable Latin-1, else the next one from U+0100 on. */
function spellByteLevel(): (token: string) => Uint8Array | undefined {
  const byteOf = new Map<string, number>();
  let next = 0x100;
  for (let byte = 0; byte < 256; byte += 1) {
    const isPrintable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
    byteOf.set(String.fromCharCode(isPrintable ? byte : next), byte);
    if (!isPrintable) next += 1;
  }
  return (token) => {
    const bytes = Uint8Array.from(token, (character) => byteOf.get(character) ?? 256);
    // Not of the alphabet: a token that was added to the vocabulary as it reads.
    return Array.from(token).every((character) => byteOf.has(character)) ? bytes : encoder.encode(token);
  };
}

function spellSentencePiece(): (token: string) => Uint8Array {
  return (token) => {
    const byte = /^<0x([0-9A-F]{2})>$/.exec(token);
    return byte === null ? encoder.encode(token.replaceAll("\u2581", " ")) : Uint8Array.of(Number.parseInt(byte[1] as string, 16));
  };
}

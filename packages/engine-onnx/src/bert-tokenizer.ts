import { CodedError } from "@repo/contracts/coded-error";
import { type BertCharacter, toBertCharacter } from "./bert-characters.ts";
import { createBertScan, type BertScanContext } from "./bert-scan.ts";
import type { LocatedToken, Tokenizer } from "./tokenizer.ts";
import { createWordPieces } from "./word-pieces.ts";

interface AddedToken {
  id: number;
  content: string;
  special: boolean;
  single_word: boolean;
  lstrip: boolean;
  rstrip: boolean;
  normalized: boolean;
}

type TemplatePart = { SpecialToken: { id: string } } | { Sequence: { id: string } };

/** The parts of a BERT tokenizer.json that are read. */
export interface BertTokenizerDefinition {
  added_tokens: AddedToken[];
  normalizer: { type: "BertNormalizer"; clean_text: true; handle_chinese_chars: true; lowercase: boolean; strip_accents: boolean | null };
  pre_tokenizer: { type: "BertPreTokenizer" };
  post_processor: { type: "TemplateProcessing"; single: TemplatePart[]; special_tokens: Record<string, { ids: number[] }> };
  model: {
    type: "WordPiece";
    unk_token: string;
    continuing_subword_prefix: string;
    max_input_chars_per_word: number;
    vocab: Record<string, number>;
  };
}

/** Whether a parsed tokenizer.json is of the kind {@link createBertTokenizer} reads exactly as the reference does. */
export function isBertTokenizer(definition: unknown): definition is BertTokenizerDefinition {
  if (typeof definition !== "object" || definition === null) return false;
  const {
    added_tokens: added,
    normalizer,
    pre_tokenizer: splitter,
    post_processor: template,
    model,
  } = definition as Partial<BertTokenizerDefinition>;
  return (
    normalizer?.type === "BertNormalizer" &&
    normalizer.clean_text &&
    normalizer.handle_chinese_chars &&
    splitter?.type === "BertPreTokenizer" &&
    template?.type === "TemplateProcessing" &&
    model?.type === "WordPiece" &&
    typeof model.vocab === "object" &&
    Array.isArray(added) &&
    added.every((token) => token.content !== "" && !token.single_word && !token.lstrip && !token.rstrip && !token.normalized)
  );
}

/**
 * The tokenizer of BERT models, same ids as the reference implementation (Hugging Face `tokenizers`): special tokens
 * spelled out in the text count as such, then BertNormalizer, BertPreTokenizer and greedy longest-match WordPiece
 * (Wu et al. 2016, as in google-research/bert).
 */
export function createBertTokenizer(definition: BertTokenizerDefinition): Tokenizer {
  const { model, normalizer, post_processor: template } = definition;
  const vocabulary = new Map(Object.entries(model.vocab));
  for (const { content, id } of definition.added_tokens) vocabulary.set(content, id);
  const tokens: string[] = [];
  for (const [token, id] of vocabulary) tokens[id] = token;
  const specialIds = new Set(definition.added_tokens.filter(({ special }) => special).map(({ id }) => id));
  const unknownId = vocabulary.get(model.unk_token);
  if (unknownId === undefined) throw new Error(`The vocabulary has no ${model.unk_token}.`);

  const sequenceAt = template.single.findIndex((part) => "Sequence" in part);
  const idsOf = (parts: TemplatePart[]) =>
    parts.flatMap((part) => ("SpecialToken" in part ? (template.special_tokens[part.SpecialToken.id]?.ids ?? []) : []));
  const characters = new Map<number, BertCharacter>();
  const options = { lowercase: normalizer.lowercase, stripAccents: normalizer.strip_accents ?? normalizer.lowercase };
  const continuation = model.continuing_subword_prefix;

  const context: BertScanContext = {
    added: definition.added_tokens.map(({ content, id }) => ({ content, id })),
    character(codePoint) {
      let character = characters.get(codePoint);
      if (character === undefined) {
        character = toBertCharacter(codePoint, options);
        characters.set(codePoint, character);
      }
      return character;
    },
    pieces: createWordPieces({ vocabulary, continuation, unknownId, maxWordLength: model.max_input_chars_per_word }),
    segments: new Map(),
  };

  return {
    prefix: idsOf(template.single.slice(0, sequenceAt)),
    suffix: idsOf(template.single.slice(sequenceAt + 1)),
    vocabularySize: tokens.length,
    scan: (text) => createBertScan(context, text),
    locate(text) {
      const places: number[] = [];
      const scan = createBertScan(context, text, places);
      while (!scan.advance(text.length));
      return toLocatedTokens(text, scan.ids, places, tokens);
    },
    tokenOf: (id) => tokens[id],
    decode: (ids, { skipSpecialTokens }) =>
      ids
        .filter((id) => !skipSpecialTokens || !specialIds.has(id))
        .map((id, position) => {
          const token = tokens[id];
          if (token === undefined) throw new CodedError("invalid_request", `There is no token ${id}.`, { details: { id } });
          if (position > 0 && !token.startsWith(continuation)) return cleanUp(` ${token}`);
          return cleanUp(position > 0 ? token.slice(continuation.length) : token);
        })
        .join(""),
  };
}

/** `places` holds start and stop of every token in UTF-16 units, in rising order; clients count code points. */
function toLocatedTokens(text: string, ids: readonly number[], places: readonly number[], tokens: readonly string[]): LocatedToken[] {
  let unit = 0;
  let point = 0;
  const toCodePoints = (target: number): number => {
    if (target < unit) {
      unit = 0;
      point = 0;
    }
    while (unit < target) {
      unit += (text.codePointAt(unit) as number) > 0xffff ? 2 : 1;
      point += 1;
    }
    return point;
  };
  return ids.map((id, index) => ({
    id,
    token: tokens[id] ?? "",
    start: toCodePoints(places[2 * index] as number),
    stop: toCodePoints(places[2 * index + 1] as number),
  }));
}

/** Takes back the spaces that splitting put into English; the replacements of the reference's WordPiece decoder, in its order. */
function cleanUp(token: string): string {
  return token
    .replaceAll(" .", ".")
    .replaceAll(" ?", "?")
    .replaceAll(" !", "!")
    .replaceAll(" ,", ",")
    .replaceAll(" ' ", "'")
    .replaceAll(" n't", "n't")
    .replaceAll(" 'm", "'m")
    .replaceAll(" do not", " don't")
    .replaceAll(" 's", "'s")
    .replaceAll(" 've", "'ve")
    .replaceAll(" 're", "'re");
}

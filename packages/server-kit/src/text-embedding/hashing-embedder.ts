import { createHash } from "node:crypto";
import { CodedError } from "@repo/contracts/coded-error";
import type { EmbeddedTexts, EmbeddingModelInfo, EmbedTexts, TextEmbeddingService, TokenInfo } from "@repo/contracts/embed-text";
import type { HostedService, ServiceStatus } from "@repo/contracts/hosted-service";

/** Options of {@link createHashingEmbedder}. */
export interface HashingEmbedderOptions {
  /** Name in answers. */
  model: string;
  /** Length of the vectors. */
  dimensions: number;
  /** Longest input in tokens (words). Default 256. */
  maxTokens?: number;
}

const clsId = 1;
const sepId = 2;
const firstWordId = 3;

/**
 * A text embedder without a model: words and their letter trigrams are hashed into a vector of counts, so that texts
 * with the same words, or the same roots, come out alike. It knows nothing about meaning. It is what a new Space serves
 * until it has a model, and what tests run on: real, exact and fast.
 *
 * Tokens are words; an id is the place of the word in the order in which words were first seen.
 * @source K. Weinberger et al., "Feature hashing for large scale multitask learning", ICML 2009 (signed hashing)
 */
export function createHashingEmbedder(options: HashingEmbedderOptions): TextEmbeddingService & HostedService {
  const { model, dimensions, maxTokens = 256 } = options;
  const identity = {
    model,
    revision: createHash("sha256").update(`feature-hashing-1 ${dimensions}`).digest("hex").slice(0, 12),
    dimensions,
  };
  const info: EmbeddingModelInfo = { ...identity, maxTokens, pooling: "mean", precision: "fp32", promptNames: [] };
  const words = new Vocabulary();

  const cut = (text: string | readonly number[], index: number, request: EmbedTexts) => {
    const tokens = typeof text === "string" ? splitWords(text) : text.map((id) => words.word(id));
    const count = tokens.length + 2;
    if (count <= maxTokens) return { tokens, count, truncated: undefined };
    if (request.truncate === false) {
      throw new CodedError("input_too_long", `Input ${index} has ${count} tokens; the limit is ${maxTokens}.`, {
        details: { index, tokens: count, maxTokens },
      });
    }
    const kept = request.truncationDirection === "left" ? tokens.slice(tokens.length - maxTokens + 2) : tokens.slice(0, maxTokens - 2);
    return { tokens: kept, count: maxTokens, truncated: { index, tokens: count } };
  };

  return {
    info: async () => info,
    embed: async (request): Promise<EmbeddedTexts> => {
      assertPrompt(request.promptName);
      const startedAt = performance.now();
      const inputs = request.texts.map((text, index) => cut(text, index, request));
      const vectors = inputs.map(({ tokens }) => hashWords(tokens, dimensions, request.normalize ?? true));
      return {
        identity,
        vectors,
        tokenCounts: inputs.map(({ count }) => count),
        truncated: inputs.flatMap(({ truncated }) => truncated ?? []),
        timings: { tokenizeMs: 0, queueMs: 0, inferenceMs: performance.now() - startedAt },
      };
    },
    embedTokens: async (request) => {
      assertPrompt(request.promptName);
      return request.texts.map((text, index) =>
        ["", ...cut(text, index, request).tokens, ""].map((word) => hashWords([word], dimensions, false)),
      );
    },
    tokenize: (text, { addSpecialTokens, promptName }) => {
      assertPrompt(promptName);
      const tokens = [...text.matchAll(wordPattern)].map((match): TokenInfo => ({
        id: words.id(match[0].toLowerCase()),
        text: match[0].toLowerCase(),
        special: false,
        start: match.index,
        stop: match.index + match[0].length,
      }));
      return addSpecialTokens ? [toSpecial(clsId, "[CLS]"), ...tokens, toSpecial(sepId, "[SEP]")] : tokens;
    },
    decode: (ids, { skipSpecialTokens }) =>
      ids
        .map((id) => (id === clsId ? "[CLS]" : id === sepId ? "[SEP]" : words.word(id)))
        .filter((word) => !skipSpecialTokens || (word !== "[CLS]" && word !== "[SEP]"))
        .join(" "),
    probe: async () => {},
    status: (): ServiceStatus => ({ model: identity, precision: "fp32", device: "cpu (feature hashing, no model)" }),
    close: async () => {},
  };
}

/** @throws CodedError invalid_request for any name: there are no prompts */
function assertPrompt(name: string | undefined): void {
  if (name === undefined) return;
  throw new CodedError("invalid_request", "This model has no prompts.", { details: { field: "prompt_name" } });
}

function toSpecial(id: number, text: string): TokenInfo {
  return { id, text, special: true, start: null, stop: null };
}

const wordPattern = /[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu;

function splitWords(text: string): string[] {
  return text.toLowerCase().match(wordPattern) ?? [];
}

/** Words by id, as they were first seen; bounded, so that a long-lived process does not grow. */
class Vocabulary {
  readonly #ids = new Map<string, number>();
  readonly #words: string[] = [];

  id(word: string): number {
    const known = this.#ids.get(word);
    if (known !== undefined) return known;
    if (this.#words.length >= 50_000) return 0;
    this.#words.push(word);
    this.#ids.set(word, this.#words.length - 1 + firstWordId);
    return this.#words.length - 1 + firstWordId;
  }

  /** @throws CodedError invalid_request for an id that names no word */
  word(id: number): string {
    const word = this.#words[id - firstWordId];
    if (word === undefined)
      throw new CodedError("invalid_request", `Token id ${id} is not in the vocabulary.`, { details: { field: "inputs" } });
    return word;
  }
}

function hashWords(words: readonly string[], dimensions: number, normalize: boolean): Float32Array {
  const vector = new Float32Array(dimensions);
  // A bias of its own, so that the vector of an empty text has a direction too.
  vector[0] = 0.5;
  for (const word of words) {
    addFeature(vector, word, 1);
    for (let start = 0; start + 3 <= word.length; start += 1) addFeature(vector, word.slice(start, start + 3), 0.3);
  }
  if (!normalize) return vector;
  const length = Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
  return vector.map((value) => value / length);
}

function addFeature(vector: Float32Array, feature: string, weight: number): void {
  const hash = hashText(feature);
  const index = (hash >>> 1) % vector.length;
  vector[index] = (vector[index] as number) + ((hash & 1) === 0 ? weight : -weight);
}

/** FNV-1a over UTF-16 units. @source http://www.isthe.com/chongo/tech/comp/fnv/ */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash >>> 0;
}

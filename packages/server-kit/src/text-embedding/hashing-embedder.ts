import { createHash } from "node:crypto";
import { CodedError } from "@repo/contracts/coded-error";
import type { EmbeddedTexts, EmbeddingModelInfo, EmbedTexts, TextEmbeddingService, TokenInfo } from "@repo/contracts/embed-text";
import { poolChunks, toChunks } from "@repo/contracts/long-texts";
import { promptFor, withPrompt } from "@repo/contracts/text-prompts";
import type { HostedService, ServiceStatus } from "@repo/contracts/hosted-service";

/** Options of {@link createHashingEmbedder}. */
export interface HashingEmbedderOptions {
  /** Name in answers. */
  model: string;
  /** Length of the vectors. */
  dimensions: number;
  /** Longest input in tokens (words). Default 256. */
  maxTokens?: number;
  /** Instructions by name, put before texts as models want it. Default none. */
  prompts?: Readonly<Record<string, string>>;
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
  const { model, dimensions, maxTokens = 256, prompts = {} } = options;
  const identity = {
    model,
    revision: createHash("sha256").update(`feature-hashing-1 ${dimensions}`).digest("hex").slice(0, 12),
    dimensions,
  };
  const info: EmbeddingModelInfo = { ...identity, maxTokens, pooling: "mean", precision: "fp32", promptNames: Object.keys(prompts) };
  const words = new Vocabulary();

  /** One list of words per piece: one, unless the text is over the limit and asked for in pieces. */
  const read = (text: string | readonly number[], index: number, request: EmbedTexts) => {
    const prompt = promptFor(prompts, request);
    const head = splitWords(prompt);
    const tokens = typeof text === "string" ? splitWords(withPrompt(prompt, text)) : [...head, ...text.map((id) => words.word(id))];
    const count = tokens.length + 2;
    if (count <= maxTokens) return { pieces: [tokens], count };
    if (request.longText === "refuse") {
      throw new CodedError("input_too_long", `Input ${index} has ${count} tokens; the limit is ${maxTokens}.`, {
        details: { index, tokens: count, maxTokens },
      });
    }
    const body = tokens.slice(head.length);
    const room = maxTokens - 2 - head.length;
    if (request.longText === "chunk") {
      const chunks = toChunks({ index, length: body.length, tokens: count }, room);
      const pieces = chunks.map(({ start, end }) => [...head, ...body.slice(start, end)]);
      return { pieces, count, chunked: { index, tokens: count, chunks: chunks.length } };
    }
    const kept = request.truncationDirection === "left" ? body.slice(-room) : body.slice(0, room);
    return { pieces: [[...head, ...kept]], count, truncated: { index, tokens: count } };
  };

  const embedPieces = (pieces: readonly string[][], normalize: boolean): Float32Array => {
    const [first = []] = pieces;
    if (pieces.length === 1) return hashWords(first, dimensions, normalize);
    const { unit, norm } = poolChunks(
      pieces.map((piece) => ({ unit: hashWords(piece, dimensions, true), norm: lengthOf(hashWords(piece, dimensions, false)) })),
    );
    return normalize ? unit : unit.map((value) => value * norm);
  };

  return {
    info: async () => info,
    embed: async (request): Promise<EmbeddedTexts> => {
      const startedAt = performance.now();
      const inputs = request.texts.map((text, index) => read(text, index, request));
      const chunked = inputs.flatMap((input) => input.chunked ?? []);
      return {
        identity,
        vectors: inputs.map(({ pieces }) => embedPieces(pieces, request.normalize ?? true)),
        tokenCounts: inputs.map(({ pieces }) => pieces.reduce((sum, piece) => sum + piece.length + 2, 0)),
        truncated: inputs.flatMap(({ truncated }) => truncated ?? []),
        ...(chunked.length === 0 ? {} : { chunked }),
        timings: { tokenizeMs: 0, queueMs: 0, inferenceMs: performance.now() - startedAt },
      };
    },
    embedTokens: async (request) => {
      const longText = request.longText === "refuse" ? "refuse" : "truncate";
      return request.texts.map((text, index) => {
        const [piece = []] = read(text, index, { ...request, longText }).pieces;
        return ["", ...piece, ""].map((word) => hashWords([word], dimensions, false));
      });
    },
    tokenize: (text, { addSpecialTokens, promptName }) => {
      const whole = promptName === undefined ? text : withPrompt(promptFor(prompts, { promptName }), text);
      const tokens = [...whole.matchAll(wordPattern)].map((match): TokenInfo => ({
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
  const length = lengthOf(vector);
  return vector.map((value) => value / length);
}

function lengthOf(vector: Float32Array): number {
  return Math.sqrt(vector.reduce((sum, value) => sum + value * value, 0));
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

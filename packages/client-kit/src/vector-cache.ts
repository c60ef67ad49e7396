import { CodedError } from "@repo/contracts/coded-error";
import type { EmbedTexts } from "@repo/contracts/embed-text";
import { LRUCache } from "lru-cache";

/** What one text became. */
export interface EmbeddedText {
  vector: Float32Array;
  /** Tokens the model read, special tokens included; undefined when only a sum over several texts is known. */
  tokens?: number | undefined;
  /** Tokens of the whole text, when it was cut. */
  truncatedFrom?: number | undefined;
  /** Tokens of the whole text and number of its pieces, when it was embedded in pieces. */
  chunked?: { tokens: number; chunks: number } | undefined;
}

/** Embeds texts for {@link VectorCache.through}: one result per text, in order. */
export type EmbedMissing = (texts: string[]) => Promise<EmbeddedText[]>;

/** Vectors of texts already seen. */
export interface VectorCache {
  /**
   * The texts' vectors: from memory, from a request of somebody else that is already under way, or from `embedMissing`,
   * which is asked once for all that is left, without duplicates. The vectors are the caller's own copies.
   */
  through(texts: readonly string[], request: EmbedTexts, embedMissing: EmbedMissing): Promise<EmbeddedText[]>;
}

/** Memory of an entry besides its vector and its text: key, list nodes, object headers; a rough upper bound, bytes. */
const entryOverheadBytes = 250;

/** Remembers vectors; the least recently used go first. @param maxBytes memory for texts and vectors together */
export function createVectorCache(maxBytes: number): VectorCache {
  const remembered = new LRUCache<string, EmbeddedText>({
    maxSize: maxBytes,
    sizeCalculation: ({ vector }, key) => vector.byteLength + key.length * 2 + entryOverheadBytes,
  });
  const underWay = new Map<string, Promise<EmbeddedText>>();

  /** Asks for `texts` and lets others wait for the same answer. */
  function fetchShared(wanted: Map<string, string>, embedMissing: EmbedMissing): Map<string, Promise<EmbeddedText>> {
    const answer = embedMissing([...wanted.values()]);
    const promises = new Map([...wanted.keys()].map((key, index) => [key, answer.then((items) => items[index] as EmbeddedText)]));
    for (const [key, promise] of promises) {
      underWay.set(key, promise);
      const forget = () => underWay.delete(key);
      promise.then((item) => remembered.set(key, item)).then(forget, forget);
    }
    return promises;
  }

  return {
    async through(texts, request, embedMissing) {
      const variant = toVariant(request);
      const wanted = new Map(texts.map((text) => [variant + text, text]));
      const results = new Map<string, EmbeddedText | Promise<EmbeddedText>>();
      for (const key of wanted.keys()) {
        const known = remembered.get(key) ?? underWay.get(key);
        if (known !== undefined) results.set(key, known);
      }
      const missing = new Map([...wanted].filter(([key]) => !results.has(key)));
      const fetched = missing.size === 0 ? new Map<string, Promise<EmbeddedText>>() : fetchShared(missing, embedMissing);
      const items = await Promise.all(
        [...wanted].map(
          async ([key, text]) => [key, await (fetched.get(key) ?? borrow(results.get(key) as EmbeddedText, text, embedMissing))] as const,
        ),
      );
      const byKey = new Map(items);
      return texts.map((text) => {
        const item = byKey.get(variant + text) as EmbeddedText;
        return { ...item, vector: item.vector.slice() };
      });
    },
  };
}

/** Somebody else's request ends with somebody else's deadline; then the text is asked for again. */
async function borrow(item: EmbeddedText | Promise<EmbeddedText>, text: string, embedMissing: EmbedMissing): Promise<EmbeddedText> {
  try {
    return await item;
  } catch (error) {
    const theirs =
      CodedError.isInstance(error) &&
      (error.code === "cancelled" || error.code === "deadline_exceeded" || error.details?.["state"] === "warming");
    if (!theirs) throw error;
    const [own] = await embedMissing([text]);
    return own as EmbeddedText;
  }
}

/** Everything besides the text that changes the vector. */
function toVariant({
  normalize = true,
  longText = "truncate",
  truncationDirection = "right",
  promptName,
  inputType = promptName === undefined ? "passage" : undefined,
  dimensions,
}: EmbedTexts): string {
  return `${JSON.stringify([normalize, longText, truncationDirection, promptName, inputType, dimensions])}\n`;
}

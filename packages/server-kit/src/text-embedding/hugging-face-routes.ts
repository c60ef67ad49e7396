import { huggingFaceRoutes, type FeatureExtractionRequest } from "@repo/contracts/hugging-face";
import type { EncodedJson } from "../encoded-json.ts";
import { defineAlternative, mountAlternatives, type HandlerContext } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { encodeJson, type JsonPiece } from "./json-writer.ts";
import { separate } from "./native-routes.ts";
import { runEmbedding } from "./run-embedding.ts";
import { runSimilarity, toEmbedTexts } from "./tei-routes.ts";
import type { TextEmbeddingHost } from "./text-embedding-host.ts";

/** Mounts what Hugging Face's clients call: the root, and the paths of the inference router. */
export function mountHuggingFaceRoutes(server: Server, host: TextEmbeddingHost): void {
  for (const { featureExtraction, sentenceSimilarity } of huggingFaceRoutes) {
    mountAlternatives(server, [
      defineAlternative(sentenceSimilarity, (body, context) => runSimilarity(host, body, context), isSimilarityBody),
      defineAlternative(featureExtraction, (body, context) => extractFeatures(host, body, context)),
    ]);
  }
}

/** Similarity has an object where feature extraction has text; the path need not say which is meant. */
function isSimilarityBody(body: unknown): boolean {
  const inputs = (body as { inputs?: unknown } | null)?.inputs;
  return typeof inputs === "object" && inputs !== null && !Array.isArray(inputs);
}

async function extractFeatures(host: TextEmbeddingHost, body: FeatureExtractionRequest, context: HandlerContext): Promise<EncodedJson> {
  const request = { ...toEmbedTexts(host, body), normalize: body.normalize ?? true, dimensions: body.dimensions ?? undefined };
  const { vectors } = await runEmbedding(host, request, context);
  const toPiece = (vector: Float32Array): JsonPiece => (body.encoding_format === "base64" ? { base64: vector } : vector);
  const [first] = vectors;
  if (typeof body.inputs === "string" && first !== undefined) return encodeJson([toPiece(first)]);
  return encodeJson(["[", ...separate(vectors, toPiece), "]"]);
}

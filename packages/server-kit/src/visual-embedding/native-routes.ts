import { toOutput, type OutputFields } from "@repo/contracts/output-types";
import type { TruncatedInput } from "@repo/contracts/embed-text";
import type { ModelIdentity } from "@repo/contracts/model-info";
import { aspects, type AspectVectors } from "@repo/contracts/visual-embedding";
import {
  classifyRoute,
  embedAspectsRoute,
  embedImageRoute,
  embedVisualTextRoute,
  toImageInputs,
  toVisualTexts,
  visualInfoRoute,
  visualSimilarityRoute,
} from "@repo/contracts/visual-embedding-routes";
import { maxImagesPerRequest } from "@repo/contracts/visual-embedding";
import type { EncodedJson } from "../encoded-json.ts";
import { mountRoute } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { cosineSimilarity } from "../text-embedding/adapt-vector.ts";
import { encodeJson, type JsonPiece } from "../text-embedding/json-writer.ts";
import { separate } from "../text-embedding/native-routes.ts";
import { createVectorWriter, toScale } from "../text-embedding/vector-output.ts";
import { readImages } from "./read-images.ts";
import { runVisual } from "./run-visual.ts";
import type { VisualEmbeddingHost } from "./visual-embedding-host.ts";

/** Mounts our own routes. */
export function mountNativeRoutes(server: Server, host: VisualEmbeddingHost): void {
  mountRoute(server, embedImageRoute, async (body, context) => {
    const images = await readImages(host, toImageInputs(body), context);
    const result = await runVisual(host, { context, inputs: images.length }, (service) => service.embedImages(images, context));
    return await encodeVectors(body, result);
  });
  mountRoute(server, embedVisualTextRoute, async (body, context) => {
    const texts = toVisualTexts(body);
    const result = await runVisual(host, { context, inputs: texts.length }, (service) => service.embedTexts(texts, context));
    return await encodeVectors(body, result);
  });
  mountRoute(server, classifyRoute, async (body, context) => {
    const images = await readImages(host, toImageInputs(body), context);
    const { labels, template } = body;
    const result = await runVisual(host, { context, inputs: images.length }, (service) =>
      service.classify(images, labels, { template }, context),
    );
    const { logitScale, logitBias } = await (await host.service()).info(context);
    return { ...result.identity, results: result.images, logit_scale: logitScale, logit_bias: logitBias };
  });
  mountRoute(server, embedAspectsRoute, async (body, context) => {
    const { texts, top_labels: topLabels } = body;
    const images = await readImages(host, toImageInputs(body), context);
    const result = await runVisual(host, { context, inputs: images.length + (texts?.length ?? 0) }, (service) =>
      texts === undefined ? service.embedAspects(images, { topLabels }, context) : service.embedTextAspects(texts, { topLabels }, context),
    );
    return await encodeAspects(body.encoding_format === "base64", result);
  });
  mountSimilarity(server, host);
  mountInfo(server, host);
}

function mountSimilarity(server: Server, host: VisualEmbeddingHost): void {
  mountRoute(server, visualSimilarityRoute, async (body, context) => {
    const images = await readImages(host, toImageInputs(body), context);
    const texts = body.texts ?? [];
    const service = await host.service();
    const { logitScale, logitBias, model, revision, dimensions } = await service.info(context);
    const embedImages = async () =>
      images.length === 0
        ? []
        : (await runVisual(host, { context, inputs: images.length }, () => service.embedImages(images, context))).vectors;
    const embedTexts = async () =>
      texts.length === 0
        ? []
        : (await runVisual(host, { context, inputs: texts.length }, () => service.embedTexts(texts, context))).vectors;
    const [ofImages, ofTexts] = await Promise.all([embedImages(), embedTexts()]);
    const rows = ofImages.length === 0 ? ofTexts : ofImages;
    const columns = ofTexts.length === 0 ? ofImages : ofTexts;
    const similarities = rows.map((row) => columns.map((column) => cosineSimilarity(row, column)));
    const hasBoth = ofImages.length > 0 && ofTexts.length > 0;
    const toProbability = (cosine: number): number => 1 / (1 + Math.exp(-(logitScale * cosine + logitBias)));
    return {
      model,
      revision,
      dimensions,
      similarities,
      ...(hasBoth ? { probabilities: similarities.map((row) => row.map(toProbability)) } : {}),
      image_count: images.length,
      text_count: texts.length,
    };
  });
}

function mountInfo(server: Server, host: VisualEmbeddingHost): void {
  mountRoute(server, visualInfoRoute, async (_body, context) => {
    const info = await (await host.service()).info(context);
    return {
      model: info.model,
      revision: info.revision,
      dimensions: info.dimensions,
      image_size: info.imageSize,
      max_tokens: info.maxTokens,
      logit_scale: info.logitScale,
      logit_bias: info.logitBias,
      precision: info.precision,
      aspect_revision: info.aspectRevision,
      aspect_labels: info.aspectLabels,
      max_images_per_request: maxImagesPerRequest,
      remote_images: host.remoteImages.hosts.length > 0,
    };
  });
}

/** What embedImages and embedTexts give. */
interface Vectors {
  identity: ModelIdentity;
  vectors: Float32Array[];
  tokenCounts?: number[];
  truncated?: TruncatedInput[];
}

async function encodeVectors(body: OutputFields, result: Vectors): Promise<EncodedJson> {
  const output = toOutput(body);
  const toPiece = createVectorWriter(output, result);
  const { identity, vectors, tokenCounts, truncated } = result;
  function* pieces(): Generator<JsonPiece> {
    const facts = {
      ...identity,
      count: vectors.length,
      token_counts: tokenCounts,
      truncated,
      ...(output.type === "float" ? {} : { output_type: output.type }),
      ...(output.type === "int8" ? { scale: toScale(result) } : {}),
    };
    yield `${JSON.stringify(facts).slice(0, -1)},"embeddings":[`;
    yield* separate(vectors, toPiece);
    yield "]";
    const [first] = vectors;
    if (vectors.length === 1 && first !== undefined) {
      yield ',"embedding":';
      yield toPiece(first);
    }
    yield "}";
  }
  return await encodeJson(pieces());
}

async function encodeAspects(isBase64: boolean, { identity, aspectRevision, items }: AspectVectors): Promise<EncodedJson> {
  const toPiece = (vector: Float32Array): JsonPiece => (isBase64 ? { base64: vector } : vector);
  function* pieces(): Generator<JsonPiece> {
    yield `${JSON.stringify({ ...identity, aspect_revision: aspectRevision }).slice(0, -1)},"results":[`;
    yield* separate(items, function* ({ vector, aspects: own }) {
      yield '{"embedding":';
      yield toPiece(vector);
      yield ',"aspects":{';
      yield* separate(aspects, (aspect) => [
        `"${aspect}":{"embedding":`,
        toPiece(own[aspect].vector),
        `,"labels":${JSON.stringify(own[aspect].labels)}}`,
      ]);
      yield "}}";
    });
    yield "]}";
  }
  return await encodeJson(pieces());
}

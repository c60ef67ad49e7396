import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import { maxLabelsPerRequest, type ClassifyOptions, type LabelLogit, type VisualTimings } from "@repo/contracts/visual-embedding";
import { embedImages, type ImageDesk } from "./embed-images.ts";
import { embedTexts, type TextDesk } from "./embed-texts.ts";
import { dot } from "./unit-vector.ts";

/** What makes a logit of a cosine. */
export interface LogitFacts {
  logitScale: number;
  logitBias: number;
}

/**
 * Every label's probability for every image: sigmoid(scale * cosine + bias). The model was trained with this sigmoid, so a
 * softmax over labels would make one of them right even where none is.
 * @source X. Zhai et al., Sigmoid loss for language image pre-training, ICCV 2023
 * @throws CodedError as VisualEmbedder says
 */
export async function classifyImages(
  desks: { images: ImageDesk; texts: TextDesk; facts: LogitFacts },
  request: { images: readonly UploadedFile[]; labels: readonly string[] } & ClassifyOptions,
  context: CallContext = {},
): Promise<{ images: LabelLogit[][]; timings: VisualTimings }> {
  const { labels, template = "{}" } = request;
  if (labels.length === 0) throw new CodedError("invalid_request", "There are no labels.", { details: { field: "labels" } });
  if (labels.length > maxLabelsPerRequest) {
    throw new CodedError("payload_too_large", `A request has at most ${maxLabelsPerRequest} labels, not ${labels.length}.`, {
      details: { labels: labels.length, maxLabels: maxLabelsPerRequest },
    });
  }
  const sentences = labels.map((label) => template.replaceAll("{}", () => label));
  const [images, texts] = await Promise.all([
    embedImages(desks.images, request.images, context),
    embedTexts(desks.texts, sentences, context),
  ]);
  return {
    images: images.vectors.map((image) =>
      labels
        .map((label, index) => ({ label, ...toLogit(image, texts.vectors[index] as Float32Array, desks.facts) }))
        .toSorted((a, b) => b.logit - a.logit),
    ),
    timings: { ...texts.timings, ...images.timings },
  };
}

function toLogit(image: Float32Array, text: Float32Array, { logitScale, logitBias }: LogitFacts): { score: number; logit: number } {
  const logit = logitScale * dot(image, text) + logitBias;
  return { score: 1 / (1 + Math.exp(-logit)), logit };
}

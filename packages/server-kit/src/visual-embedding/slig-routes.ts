import { CodedError } from "@repo/contracts/coded-error";
import { defaultSligLabels, sligRoute, type SligRequest, type SligResponse } from "@repo/contracts/visual-embedding-slig";
import { mountRoute, type HandlerContext } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { cosineSimilarity } from "../text-embedding/adapt-vector.ts";
import { isWebAddress } from "./fetch-remote-image.ts";
import { isImageText, readImages } from "./read-images.ts";
import { runVisual } from "./run-visual.ts";
import { toLabels } from "./to-labels.ts";
import type { VisualEmbeddingHost } from "./visual-embedding-host.ts";

/** Mounts `POST /infer`. */
export function mountSligRoute(server: Server, host: VisualEmbeddingHost): void {
  mountRoute(server, sligRoute, (body, context) => runSlig(host, body, context));
}

/** What a request has, whatever form it came in. */
interface SligInputs {
  images: string[];
  texts: string[];
  isList: boolean;
}

/**
 * What `parameters.mode` asks for.
 * @throws CodedError invalid_request where the inputs do not fit the mode, and what the service throws
 */
export async function runSlig(host: VisualEmbeddingHost, body: SligRequest, context: HandlerContext): Promise<SligResponse> {
  const { mode, candidate_labels: labels } = body.parameters;
  const inputs = toInputs(body, mode);
  const wanted = mode === "auto" ? toMode(inputs, labels !== null && labels !== undefined) : mode;
  if (wanted === "text_embedding") {
    if (inputs.texts.length === 0) throw missing("texts");
    const { vectors } = await runVisual(host, { context, inputs: inputs.texts.length }, (service) =>
      service.embedTexts(inputs.texts, context),
    );
    return vectors.map((vector) => ({ embedding: [...vector] }));
  }
  if (inputs.images.length === 0) throw missing("images");
  const images = await readImages(host, inputs.images, context);
  const counted = { context, inputs: images.length };
  if (wanted === "image_embedding") {
    const { vectors } = await runVisual(host, counted, (service) => service.embedImages(images, context));
    return vectors.map((vector) => ({ embedding: [...vector] }));
  }
  if (wanted === "zero_shot") {
    const { images: results } = await runVisual(host, counted, (service) =>
      service.classify(images, toLabels(labels ?? defaultSligLabels), {}, context),
    );
    const scores = results.map((one) => one.map(({ label, score }) => ({ label, score })));
    return inputs.isList ? scores : (scores[0] ?? []);
  }
  if (inputs.texts.length === 0) throw missing("texts");
  const ofImages = await runVisual(host, counted, (service) => service.embedImages(images, context));
  const ofTexts = await runVisual(host, { context, inputs: inputs.texts.length }, (service) => service.embedTexts(inputs.texts, context));
  return {
    similarity_scores: ofImages.vectors.map((image) => ofTexts.vectors.map((text) => cosineSimilarity(image, text))),
    image_count: images.length,
    text_count: inputs.texts.length,
  };
}

function toInputs({ inputs }: SligRequest, mode: SligRequest["parameters"]["mode"]): SligInputs {
  const toList = (value: string | string[] | undefined): string[] => (typeof value === "string" ? [value] : (value ?? []));
  if (typeof inputs === "object" && !Array.isArray(inputs)) {
    const { image, images, text, texts } = inputs;
    return { images: toList(images ?? image), texts: toList(texts ?? text), isList: Array.isArray(images ?? image) };
  }
  const list = toList(inputs);
  const isImage = (value: string): boolean =>
    mode === "image_embedding" || mode === "zero_shot" || (mode !== "text_embedding" && (isImageText(value) || isWebAddress(value)));
  return { images: list.filter(isImage), texts: list.filter((value) => !isImage(value)), isList: Array.isArray(inputs) };
}

function toMode({ images, texts }: SligInputs, hasLabels: boolean): "zero_shot" | "similarity" | "image_embedding" | "text_embedding" {
  if (images.length === 0) return "text_embedding";
  if (hasLabels) return "zero_shot";
  return texts.length > 0 ? "similarity" : "image_embedding";
}

function missing(what: "images" | "texts"): CodedError {
  return new CodedError("invalid_request", `There are no ${what} in inputs.`, { details: { field: "inputs" } });
}

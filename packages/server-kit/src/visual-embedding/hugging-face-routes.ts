import type { UploadedFile } from "@repo/contracts/uploaded-file";
import { isUploadedFile } from "@repo/contracts/uploaded-file";
import {
  visualHuggingFaceRoutes,
  type VisualFeaturesRequest,
  type ZeroShotImageRequest,
} from "@repo/contracts/visual-embedding-hugging-face";
import { sligRoute } from "@repo/contracts/visual-embedding-slig";
import type { LabelScore } from "@repo/contracts/visual-embedding";
import type { EncodedJson } from "../encoded-json.ts";
import { defineAlternative, mountAlternatives, type HandlerContext } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { encodeJson } from "../text-embedding/json-writer.ts";
import { separate } from "../text-embedding/native-routes.ts";
import { embedMixed, type MixedInput } from "./embed-mixed.ts";
import { isImageText, readImages } from "./read-images.ts";
import { runVisual } from "./run-visual.ts";
import { runSlig } from "./slig-routes.ts";
import { toLabels } from "./to-labels.ts";
import type { VisualEmbeddingHost } from "./visual-embedding-host.ts";

/** @source transformers, pipelines/zero_shot_image_classification.py */
const defaultTemplate = "This is a photo of {}.";

/** Mounts what Hugging Face's clients call: the root, and the paths of the inference router. */
export function mountHuggingFaceRoutes(server: Server, host: VisualEmbeddingHost): void {
  for (const { path, imageFeatures, zeroShot, features } of visualHuggingFaceRoutes) {
    mountAlternatives(server, [
      // An unreadable body is answered in this family's shape.
      defineAlternative(imageFeatures, ({ file }, context) => embedFile(host, file, context), isImageBody),
      // The original's later endpoint was called by its root.
      defineAlternative(
        { ...sligRoute, path, family: "hugging-face" },
        (body, context) => runSlig(host, body, context),
        (body) => hasParameter(body, "mode"),
      ),
      defineAlternative(
        zeroShot,
        (body, context) => classify(host, body, context),
        (body) => hasParameter(body, "candidate_labels"),
      ),
      defineAlternative(features, (body, context) => extractFeatures(host, body, context)),
    ]);
  }
}

function isImageBody(body: unknown): boolean {
  return isUploadedFile((body as { file?: unknown } | null)?.file);
}

function hasParameter(body: unknown, name: string): boolean {
  const parameters = (body as { parameters?: unknown } | null)?.parameters;
  return typeof parameters === "object" && parameters !== null && Object.hasOwn(parameters, name);
}

async function embedFile(host: VisualEmbeddingHost, file: UploadedFile, context: HandlerContext): Promise<EncodedJson> {
  const { vectors } = await runVisual(host, { context, inputs: 1 }, (service) => service.embedImages([file], context));
  return await encodeJson([vectors[0] as Float32Array]);
}

async function classify(host: VisualEmbeddingHost, body: ZeroShotImageRequest, context: HandlerContext): Promise<LabelScore[]> {
  const { inputs, parameters } = body;
  const images = await readImages(host, [typeof inputs === "string" ? inputs : inputs.image], context);
  const template = parameters.hypothesis_template ?? defaultTemplate;
  const { images: results } = await runVisual(host, { context, inputs: 1 }, (service) =>
    service.classify(images, toLabels(parameters.candidate_labels), { template }, context),
  );
  return (results[0] ?? []).map(({ label, score }) => ({ label, score }));
}

async function extractFeatures(
  host: VisualEmbeddingHost,
  { inputs }: VisualFeaturesRequest,
  context: HandlerContext,
): Promise<EncodedJson> {
  const list = (Array.isArray(inputs) ? inputs : [inputs]).map((input): MixedInput => {
    if (typeof input !== "string") return input;
    return isImageText(input) ? { image: input } : { text: input };
  });
  const { vectors } = await embedMixed(host, list, context);
  if (!Array.isArray(inputs)) return await encodeJson([vectors[0] as Float32Array]);
  return await encodeJson(["[", ...separate(vectors, (vector) => vector), "]"]);
}

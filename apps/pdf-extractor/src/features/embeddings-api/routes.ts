import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { ModelIdentity } from "@repo/contracts/model-info";
import { clipImageRoute, clipTextRoute, embeddingsHealthRoute } from "@repo/contracts/visual-catalogue-embeddings";
import { mountRoute } from "@repo/server-kit/mount-route";
import type { Server } from "@repo/server-kit/server";
import { vectorDimensions } from "../../config.ts";
import { toPhotoType } from "../../search/photo-kind.ts";
import type { Spaces } from "../../spaces.ts";

const dataUrl = /^data:[^,]*;base64,/i;
const base64 = /^[A-Za-z0-9+/_-]*={0,2}$/;

/** @throws CodedError invalid_request */
function decodeImage(text: string): Uint8Array {
  const data = text.replace(dataUrl, "").replaceAll(/\s+/g, "");
  if (!base64.test(data)) throw new CodedError("invalid_request", "image_data is neither base64 nor a data URL in base64.");
  return Buffer.from(data, "base64");
}

function toAnswer({ identity, vectors }: { identity: ModelIdentity; vectors: readonly Float32Array[] }) {
  const embedding = Array.from(vectors[0] ?? []);
  return { success: true as const, embedding, dimensions: identity.dimensions, model: identity.model, error: null };
}

/** Mounts the original's routes under /api/embeddings. */
export function mountEmbeddingsApi(server: Server, { spaces }: { spaces: Spaces }): void {
  const embedder = spaces.embedderFor({ task: "visual_embedding_generation" });
  mountRoute(server, clipImageRoute, async ({ image_data: data }, context: CallContext) => {
    const bytes = decodeImage(data);
    return toAnswer(await embedder.embedImages([{ bytes, type: toPhotoType(bytes) }], context));
  });
  mountRoute(server, clipTextRoute, async ({ text }, context: CallContext) => toAnswer(await embedder.embedTexts([text], context)));
  mountRoute(server, embeddingsHealthRoute, () => {
    const { mode, state, answeredBy, message, model } = spaces.status();
    const status = answeredBy === "none" ? "unhealthy" : answeredBy === "fallback" ? "degraded" : "healthy";
    return { status, mode, state, answered_by: answeredBy, model: model?.model ?? null, dimensions: vectorDimensions, message } as const;
  });
}

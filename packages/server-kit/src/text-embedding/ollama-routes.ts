import type { EmbeddingModelInfo } from "@repo/contracts/embed-text";
import { toLongText } from "@repo/contracts/long-texts";
import { ollamaRoutes } from "@repo/contracts/ollama";
import { toPurpose } from "@repo/contracts/text-prompts";
import { mountRoute } from "../mount-route.ts";
import type { Server } from "../server.ts";
import { encodeJson, type JsonPiece } from "./json-writer.ts";
import { runEmbedding, sumTokens } from "./run-embedding.ts";
import { list } from "./tei-routes.ts";
import type { TextEmbeddingHost } from "./text-embedding-host.ts";

const nanosecondsPerMillisecond = 1_000_000;

/** Mounts /api/embed, /api/embeddings, /api/tags, /api/show, /api/pull and /api/version. */
export function mountOllamaRoutes(server: Server, host: TextEmbeddingHost): void {
  mountRoute(server, ollamaRoutes.embed, async (body, context) => {
    const texts = typeof body.input === "string" ? [body.input] : (body.input ?? []);
    const { model } = await (await host.service()).info(context);
    const name = body.model ?? model;
    // Ollama answers an empty input with an empty list, and its clients rely on it.
    if (texts.length === 0) return { model: name, embeddings: [], total_duration: 0, load_duration: 0, prompt_eval_count: 0 };
    const result = await runEmbedding(
      host,
      { texts, ...toPurpose(body), longText: toLongText(body, host.longText), dimensions: body.dimensions || undefined },
      context,
    );
    const durations = {
      total_duration: Math.round(context.timings.totalMs() * nanosecondsPerMillisecond),
      load_duration: 0,
      prompt_eval_count: sumTokens(result),
    };
    function* pieces(): Generator<JsonPiece> {
      yield `{"model":${JSON.stringify(name)},"embeddings":`;
      yield* list(result.vectors);
      yield `,${JSON.stringify(durations).slice(1)}`;
    }
    return encodeJson(pieces());
  });
  mountRoute(server, ollamaRoutes.embeddings, async (body, context) => {
    if (!body.prompt) return { embedding: [] };
    const { vectors } = await runEmbedding(host, { texts: [body.prompt], ...toPurpose(body), longText: host.longText }, context);
    return encodeJson(['{"embedding":', ...vectors, "}"]);
  });
  mountModelRoutes(server, host);
}

function mountModelRoutes(server: Server, host: TextEmbeddingHost): void {
  const startedAt = new Date().toISOString();
  mountRoute(server, ollamaRoutes.tags, async (_body, context) => {
    const info = await (await host.service()).info(context);
    const size = (server.status().files ?? []).reduce((sum, file) => sum + file.bytes, 0);
    return {
      models: [{ name: info.model, model: info.model, modified_at: startedAt, size, digest: info.revision, details: toDetails(info) }],
    };
  });
  mountRoute(server, ollamaRoutes.show, async (_body, context) => {
    const info = await (await host.service()).info(context);
    return {
      details: toDetails(info),
      model_info: {
        "general.architecture": "bert",
        "general.basename": info.model,
        "bert.embedding_length": info.dimensions,
        "bert.context_length": info.maxTokens,
        "bert.pooling_type": info.pooling,
      },
      capabilities: ["embedding"],
    };
  });
  mountRoute(server, ollamaRoutes.pull, () => ({ status: "success" as const }));
  mountRoute(server, ollamaRoutes.version, () => ({ version: server.version }));
}

function toDetails(info: EmbeddingModelInfo) {
  return { parent_model: "", format: "onnx", family: "bert", families: ["bert"], parameter_size: "", quantization_level: info.precision };
}

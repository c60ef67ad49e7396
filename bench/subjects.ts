import { models as bge } from "@repo/bge-embed/model";
import type { SpaceModels } from "@repo/engine-onnx/text-service/text-service-options";
import { models as minilm } from "@repo/minilm-embed/model";

/** How the servers of a run are asked; all of them the same way. */
export interface WireForm {
  path: string;
  toBody(texts: readonly string[]): unknown;
  toVectors(answer: unknown): number[][] | undefined;
}

/** A Space that can be measured, and what it is measured against. */
export interface Subject {
  /** Folder under spaces/, name of the reports. */
  space: string;
  models: SpaceModels;
  /** Environment variable with the folder of the full model's weights. */
  weightsVariable: string;
  wire: WireForm;
  /** Put before every text by every server, so that all do the same work; "" for none. */
  prompt: string;
  /** Variables that make the Space do that. */
  spaceVariables: Readonly<Record<string, string>>;
  /** Module and title of the seed's server in seed-equivalent/. */
  seed: { module: string; title: string };
  /** Texts of the one big request: what the slowest server does in about a minute. */
  bulkTexts: number;
  /** Least multiple of the seed's throughput with 32 clients that the project aims at. */
  aimOverSeed: number;
  /** Most memory after the test, MB; undefined where the project has set none. */
  aimMemoryMb: number | undefined;
}

const ownWire: WireForm = {
  path: "/embed",
  toBody: (texts) => ({ texts }),
  toVectors: (answer) => (answer as { embeddings?: number[][] }).embeddings,
};

const openAiWire: WireForm = {
  path: "/v1/embeddings",
  toBody: (texts) => ({ input: texts, model: "any" }),
  toVectors: (answer) => (answer as { data?: { embedding: number[] }[] }).data?.map(({ embedding }) => embedding),
};

/** Everything that `pnpm bench` can measure, the default first. */
export const subjects: readonly Subject[] = [
  {
    space: "minilm-embed",
    models: minilm,
    weightsVariable: "MINILM_WEIGHTS",
    wire: ownWire,
    prompt: "",
    spaceVariables: {},
    seed: { module: "minilm", title: "FastAPI + sentence-transformers, fp32" },
    bulkTexts: 1000,
    aimOverSeed: 5,
    aimMemoryMb: 250,
  },
  {
    space: "bge-embed",
    models: bge,
    weightsVariable: "BGE_WEIGHTS",
    wire: openAiWire,
    // The seed puts the instruction before everything, passages too.
    prompt: bge.full.prompts["query"] ?? "",
    spaceVariables: { ALWAYS_QUERY_PROMPT: "true" },
    seed: { module: "bge", title: "FastAPI + sentence-transformers, one text at a time, fp32" },
    bulkTexts: 200,
    aimOverSeed: 4,
    aimMemoryMb: undefined,
  },
];

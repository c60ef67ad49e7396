/** Facts about what this Space serves. */
import { fileURLToPath } from "node:url";

/** A file of a repository of the Hub. */
export interface HubFile {
  /** Path inside the repository. */
  path: string;
  /** What the content must hash to; without it the Hub's own statement is checked. */
  sha256?: string;
  /** Whether a repository may lack it. */
  isOptional?: boolean;
}

/** Arithmetics that the exports of a language model come in. */
export const precisions = ["q4", "int8", "fp32"] as const;

/** One of {@link precisions}. */
export type Precision = (typeof precisions)[number];

/** Folder of the committed pocket model; the same two steps up from src/ and from dist/. Its facts stand in its model.json. */
export const pocketDirectory: string = fileURLToPath(new URL("../../../models/pocket-llm/", import.meta.url));

/** The model of MODEL=full: an export of HuggingFaceTB/SmolLM2-135M-Instruct with keys and values as inputs and outputs. */
export const fullModel = {
  repository: "onnx-community/SmolLM2-135M-Instruct-ONNX",
  revision: "b8a5c0f183b78c55955a5364f610c36668b5e681",
  licence: "Apache-2.0",
  source: "https://huggingface.co/HuggingFaceTB/SmolLM2-135M-Instruct",
  /** Hashes of the default precision's files. */
  sha256: {
    "tokenizer.json": "7d27c493c729a66ecefc837280b05d948b1ed50d130eebdbf911b1b36cf38ed7",
    "onnx/model_q4.onnx": "eb0d67c7e3b7d40f42d681b5f2eff4cef78968afe3f76c954f987dd870327a2a",
  } as Readonly<Record<string, string>>,
} as const;

/** Files around the weights, as transformers names them. */
export const textFiles: readonly HubFile[] = [
  { path: "config.json" },
  { path: "tokenizer.json" },
  { path: "tokenizer_config.json" },
  { path: "generation_config.json", isOptional: true },
  { path: "special_tokens_map.json", isOptional: true },
  { path: "chat_template.jinja", isOptional: true },
];

/** Names of the weights' file per precision, the usual one first; weights over 2 GB lie beside it, in a file with `_data`. */
export const weightFiles: Readonly<Record<Precision, readonly string[]>> = {
  q4: ["onnx/model_q4.onnx"],
  int8: ["onnx/model_int8.onnx", "onnx/model_quantized.onnx"],
  fp32: ["onnx/model.onnx"],
};

/**
 * What a text-embedding model is, as data, and what a folder that is ready to serve it holds. No code lives here: a Space
 * declares its model in model.ts, prepare-text-model.ts makes the folder and the workers read it.
 *
 * Inputs and outputs of every prepared model.onnx:
 * - `input_ids` int32 [batch, tokens], `attention_mask` float32 [batch, tokens] (1 = token, 0 = padding);
 * - `embedding` float32 [batch, dimensions], pooled and of length 1; `norm` float32 [batch, 1], its length before
 *   normalisation (embedding * norm is the unnormalised vector); `token_embeddings` float32 [batch, tokens, dimensions].
 */

/** One file of a model's repository. */
export interface ModelFile {
  /** Path inside the repository, with forward slashes. */
  path: string;
  /** SHA-256 of the content, lower-case hexadecimal. */
  sha256: string;
  /** Size of the content. */
  bytes: number;
}

/** How token vectors become one vector: their mean over the real tokens, or the vector of the first token. */
export type Pooling = "mean" | "cls";

/** Facts about one text-embedding model, declared in a Space's model.ts. */
export interface TextModel {
  /** Name in answers, e.g. "sentence-transformers/all-MiniLM-L6-v2". */
  id: string;
  /** Repository on the Hub ("owner/name"), or a path for a model made by this project. */
  repository: string;
  /** Commit of the repository, or hash of the weights. */
  revision: string;
  /** Length of every vector. */
  dimensions: number;
  /** Longest input in tokens, special tokens included; longer texts are cut or refused. */
  maxTokens: number;
  pooling: Pooling;
  /** Text put in front of the input, by name (e.g. "query"); empty when the model was trained without. */
  prompts: Readonly<Record<string, string>>;
  /** SPDX name of the weights' licence. */
  licence: string;
  /** Page the facts were read from. */
  source: string;
  /** Files needed to make or to serve the model. */
  files: readonly ModelFile[];
}

/**
 * How the matrix products are computed: `fp32`; `int8-row`, eight bits with a scale per token measured at run time;
 * `int8-static`, eight bits with scales measured when the model was built. All three are batch-invariant: the same text
 * gives the same bytes alone, in a batch and padded.
 */
export type Precision = "fp32" | "int8-row" | "int8-static";

/** What is known of one file on disk. */
export type ModelFileState = "ok" | "missing" | "lfs-pointer" | "wrong-size" | "hash-mismatch";

/** One file of a prepared folder, as /status shows it. */
export interface PreparedFile {
  path: string;
  bytes: number;
  state: ModelFileState;
}

/** A folder with everything the workers need: model.onnx (model.onnx.data beside it where large) and tokenizer.json. */
export interface PreparedTextModel {
  model: TextModel;
  directory: string;
  onnxPath: string;
  tokenizerPath: string;
  precision: Precision;
  files: readonly PreparedFile[];
}

import type { BertConfig } from "../src/graph/bert-config.ts";

/** A named tensor to be written as safetensors. */
export interface TinyTensor {
  shape: number[];
  data: Float32Array;
}

/** A small encoder with random weights under transformers' names. */
export function makeTinyBert(config: BertConfig, prefix = ""): Map<string, TinyTensor> {
  let state = 7;
  const random = (): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
  const tensors = new Map<string, TinyTensor>();
  const add = (name: string, shape: number[], scale: number, middle = 0): void => {
    const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => middle + random() * scale);
    tensors.set(prefix + name, { shape, data });
  };
  const { hiddenSize: hidden, intermediateSize: wide } = config;
  const linear = (name: string, outputs: number, inputs: number): void => {
    add(`${name}.weight`, [outputs, inputs], 2 / Math.sqrt(inputs));
    add(`${name}.bias`, [outputs], 0.3);
  };
  const norm = (name: string): void => {
    add(`${name}.weight`, [hidden], 0.4, 1);
    add(`${name}.bias`, [hidden], 0.5);
  };
  add("embeddings.word_embeddings.weight", [config.vocabularySize, hidden], 1);
  add("embeddings.position_embeddings.weight", [config.maxPositions, hidden], 0.5);
  add("embeddings.token_type_embeddings.weight", [2, hidden], 0.5);
  norm("embeddings.LayerNorm");
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `encoder.layer.${layer}`;
    for (const part of ["query", "key", "value"]) linear(`${name}.attention.self.${part}`, hidden, hidden);
    linear(`${name}.attention.output.dense`, hidden, hidden);
    norm(`${name}.attention.output.LayerNorm`);
    linear(`${name}.intermediate.dense`, wide, hidden);
    linear(`${name}.output.dense`, hidden, wide);
    norm(`${name}.output.LayerNorm`);
  }
  return tensors;
}

/** The bytes of a safetensors file. */
export function encodeSafetensors(tensors: ReadonlyMap<string, TinyTensor>): Buffer {
  let offset = 0;
  const header: Record<string, unknown> = { __metadata__: { format: "pt" } };
  for (const [name, { shape, data }] of tensors)
    header[name] = { dtype: "F32", shape, data_offsets: [offset, (offset += data.byteLength)] };
  const json = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.byteLength));
  return Buffer.concat([length, json, ...[...tensors.values()].map(({ data }) => Buffer.from(data.buffer))]);
}

/** config.json in transformers' words. */
export function encodeConfig(config: BertConfig): string {
  return JSON.stringify({
    model_type: "bert",
    num_hidden_layers: config.layers,
    num_attention_heads: config.heads,
    hidden_size: config.hiddenSize,
    intermediate_size: config.intermediateSize,
    vocab_size: config.vocabularySize,
    max_position_embeddings: config.maxPositions,
    layer_norm_eps: config.layerNormEpsilon,
    hidden_act: config.activation === "tanh" ? "gelu_new" : "gelu",
  });
}

/**
 * The last hidden state [tokens][hiddenSize] of one sequence by loops over numbers: what the graphs are compared with.
 * Written from Devlin et al. 2018 and independent of the graph's layout, folding and fusion.
 */
export function forwardTinyBert(
  config: BertConfig,
  tensors: ReadonlyMap<string, TinyTensor>,
  ids: readonly number[],
  prefix = "",
): number[][] {
  const data = (name: string): Float32Array => (tensors.get(prefix + name) as TinyTensor).data;
  const { hiddenSize: hidden, heads } = config;
  const size = hidden / heads;
  const norm = (row: number[], name: string): number[] => {
    const mean = row.reduce((a, b) => a + b, 0) / hidden;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / hidden;
    return row.map(
      (value, i) =>
        ((value - mean) / Math.sqrt(variance + config.layerNormEpsilon)) * at(data(`${name}.weight`), i) + at(data(`${name}.bias`), i),
    );
  };
  const linear = (row: number[], name: string): number[] => {
    const weight = data(`${name}.weight`);
    return Array.from(data(`${name}.bias`), (bias, output) =>
      row.reduce((sum, value, input) => sum + value * at(weight, output * row.length + input), bias),
    );
  };
  const activate = config.activation === "tanh" ? geluTanh : gelu;
  let rows = ids.map((id, position) =>
    norm(
      Array.from(
        { length: hidden },
        (_, i) =>
          at(data("embeddings.word_embeddings.weight"), id * hidden + i) +
          at(data("embeddings.position_embeddings.weight"), position * hidden + i) +
          at(data("embeddings.token_type_embeddings.weight"), i),
      ),
      "embeddings.LayerNorm",
    ),
  );
  for (let layer = 0; layer < config.layers; layer++) {
    const name = `encoder.layer.${layer}`;
    const [queries, keys, values] = ["query", "key", "value"].map((part) =>
      rows.map((row) => linear(row, `${name}.attention.self.${part}`)),
    ) as [number[][], number[][], number[][]];
    const contexts = queries.map((query) =>
      Array.from({ length: heads }, (_, head) => {
        const slice = (row: number[]): number[] => row.slice(head * size, (head + 1) * size);
        const scores = keys.map((key) => slice(key).reduce((sum, value, i) => sum + value * at(slice(query), i), 0) / Math.sqrt(size));
        const exponentials = scores.map((score) => Math.exp(score - Math.max(...scores)));
        const total = exponentials.reduce((a, b) => a + b, 0);
        return Array.from({ length: size }, (_value, i) =>
          values.reduce((sum, value, token) => sum + (at(exponentials, token) / total) * at(slice(value), i), 0),
        );
      }).flat(),
    );
    const attended = contexts.map((context, token) =>
      norm(
        linear(context, `${name}.attention.output.dense`).map((value, i) => value + at(rows[token] as number[], i)),
        `${name}.attention.output.LayerNorm`,
      ),
    );
    rows = attended.map((row) =>
      norm(
        linear(linear(row, `${name}.intermediate.dense`).map(activate), `${name}.output.dense`).map((value, i) => value + at(row, i)),
        `${name}.output.LayerNorm`,
      ),
    );
  }
  return rows;
}

function at(values: ArrayLike<number>, index: number): number {
  return values[index] as number;
}

/** x * Phi(x), with Phi integrated numerically so that it shares nothing with the kernel under test. */
function gelu(x: number): number {
  const steps = 400;
  const density = (t: number): number => Math.exp(-(t * t) / 2) / Math.sqrt(2 * Math.PI);
  let sum = 0;
  for (let step = 0; step < steps; step++) {
    const [a, b] = [(x * step) / steps, (x * (step + 1)) / steps];
    sum += ((b - a) / 6) * (density(a) + 4 * density((a + b) / 2) + density(b));
  }
  return x * (0.5 + sum);
}

/** Hendrycks and Gimpel 2016 (arXiv:1606.08415), the approximation. */
function geluTanh(x: number): number {
  return 0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));
}

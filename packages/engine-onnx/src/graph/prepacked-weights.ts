import { readProtobuf } from "./protobuf-reader.ts";

/**
 * The kernels of CPUs with AVX-512 read packed floats in whole lines of so many bytes, and need them to begin on one. Packed
 * eight-bit weights may begin in the middle of one, as those of the pocket text models do; nothing less was tried.
 */
const alignment = { float32: 64, other: 32 } as const;
/** TensorProto.data_type of float32. */
const float32Type = 1;

/**
 * Whether all weights that ONNX Runtime packed into the data file of an optimised model begin where its kernels can read
 * them. ONNX Runtime 1.30 writes them wherever the tensor before ended, and crashes (a segmentation fault, which ends the
 * process) when it maps and multiplies one that is not aligned. Tensors whose sizes are multiples of 64 bytes never lead
 * to that.
 * Field numbers: ModelProto.graph 7, GraphProto.initializer 5, TensorProto.data_type 2 and external_data 13, StringStringEntryProto.key 1
 * and value 2 (onnx/onnx.proto); the form "name|offset;length;checksum" is ONNX Runtime's, core/framework/
 * tensor_external_data_info.cc.
 */
export function arePackedWeightsAligned(model: Uint8Array): boolean {
  for (const graph of pick(model, 7)) {
    for (const initializer of pick(graph, 5)) {
      const needed = alignment[readType(initializer) === float32Type ? "float32" : "other"];
      for (const entry of pick(initializer, 13)) {
        const [key = "", value = ""] = [1, 2].map((field) => toText([...pick(entry, field)][0]));
        if (!key.startsWith("prepacked_")) continue;
        const offset = Number(/\|(\d+);/.exec(value)?.[1]);
        if (offset % needed !== 0) return false;
      }
    }
  }
  return true;
}

function* pick(bytes: Uint8Array, wanted: number): Generator<Uint8Array> {
  for (const { field, value } of readProtobuf(bytes)) if (field === wanted && typeof value !== "number") yield value;
}

function readType(initializer: Uint8Array): number | undefined {
  for (const { field, value } of readProtobuf(initializer)) if (field === 2 && typeof value === "number") return value;
  return undefined;
}

function toText(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes);
}

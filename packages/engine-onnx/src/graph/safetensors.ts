import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { CodedError } from "@repo/contracts/coded-error";

/** A tensor of a safetensors file, converted to 32 bit floats. */
export interface FloatTensor {
  shape: readonly number[];
  data: Float32Array;
}

interface TensorEntry {
  dtype: string;
  shape: number[];
  begin: number;
  end: number;
}

const elementBytes: Readonly<Record<string, number>> = { F64: 8, F32: 4, F16: 2, BF16: 2 };
/** Limit of the reference implementation (huggingface/safetensors): a header is at most 100 MB. */
const maxHeaderBytes = 100_000_000;

/** One call of the system reads at most 2 GiB. */
const maxReadBytes = 1 << 30;

/** Gives a copy of the bytes from `begin` up to, not including, `end`, counted from the end of the header. */
type ReadBytes = (begin: number, end: number) => Uint8Array<ArrayBuffer>;

/**
 * Reads tensors out of a safetensors file, held in memory or left on disk. Layout: eight bytes of header length, a JSON header with
 * `{name: {dtype, shape, data_offsets}}`, then the data. Source: github.com/huggingface/safetensors, README, "Format".
 */
export class Safetensors {
  readonly #entries: ReadonlyMap<string, TensorEntry>;
  readonly #read: ReadBytes;

  private constructor(entries: ReadonlyMap<string, TensorEntry>, read: ReadBytes) {
    this.#entries = entries;
    this.#read = read;
  }

  /**
   * Checks the whole header, so that no later read can leave the file.
   * @throws CodedError model_unavailable when the bytes are not a safetensors file, with what is wrong.
   */
  static parse(bytes: Uint8Array): Safetensors {
    const headerBytes = readHeaderBytes(bytes.subarray(0, 64), bytes.byteLength);
    const data = bytes.subarray(8 + headerBytes);
    const entries = parseEntries(bytes.subarray(8, 8 + headerBytes), data.byteLength);
    return new Safetensors(entries, (begin, end) => copyOf(data.subarray(begin, end)));
  }

  /**
   * The same for a file that is larger than memory should hold: only its header is read now, each tensor when it is asked
   * for. The file must stay as it is; reading blocks.
   * @throws CodedError model_unavailable as {@link parse} does; what the file system throws.
   */
  static open(path: string): Safetensors {
    const [headerBytes, entries] = withFile(path, (file) => {
      const { size } = fstatSync(file);
      const length = readHeaderBytes(readAt(file, 0, Math.min(size, 64)), size);
      return [length, parseEntries(readAt(file, 8, length), size - 8 - length)] as const;
    });
    return new Safetensors(entries, (begin, end) => withFile(path, (file) => readAt(file, 8 + headerBytes + begin, end - begin)));
  }

  /** Names of all tensors. */
  get names(): string[] {
    return [...this.#entries.keys()];
  }

  /** Whether there is a tensor of this name. */
  has(name: string): boolean {
    return this.#entries.has(name);
  }

  /**
   * One tensor as 32 bit floats (F64, F32, F16 and BF16 are converted); a copy.
   * @throws CodedError model_unavailable when it is absent or not of `shape`.
   */
  floats(name: string, shape?: readonly number[]): FloatTensor {
    const entry = this.#entries.get(name);
    if (entry === undefined) throw broken(`it has no tensor "${name}"`);
    if (shape !== undefined && shape.join() !== entry.shape.join()) {
      throw broken(`tensor "${name}" is [${entry.shape.join(", ")}] where [${shape.join(", ")}] is needed`);
    }
    if (elementBytes[entry.dtype] === undefined) throw broken(`tensor "${name}" is of type ${entry.dtype}, which is not a float`);
    return { shape: entry.shape, data: toFloats(entry.dtype, this.#read(entry.begin, entry.end)) };
  }
}

/** True when `bytes` begin like a Git LFS pointer file. Source: git-lfs docs/spec.md. */
export function isLfsPointer(bytes: Uint8Array): boolean {
  return new TextDecoder("latin1").decode(bytes.subarray(0, 40)).startsWith("version https://git-lfs.github.com/spec");
}

/** @param start the file's first bytes; 8 hold the length, 40 show whether it is a pointer */
function readHeaderBytes(start: Uint8Array, fileBytes: number): number {
  if (isLfsPointer(start)) throw broken("it is a Git LFS pointer, not the weights; fetch them with `git lfs pull`");
  if (fileBytes < 8) throw broken("it is shorter than its header");
  const headerBytes = Number(new DataView(start.buffer, start.byteOffset).getBigUint64(0, true));
  if (headerBytes > maxHeaderBytes || headerBytes > fileBytes - 8) throw broken("its header is longer than the file");
  return headerBytes;
}

function parseEntries(header: Uint8Array, dataBytes: number): Map<string, TensorEntry> {
  const entries = new Map<string, TensorEntry>();
  for (const [name, value] of Object.entries(parseHeader(header))) {
    if (name !== "__metadata__") entries.set(name, parseEntry(name, value, dataBytes));
  }
  return entries;
}

function withFile<T>(path: string, use: (file: number) => T): T {
  const file = openSync(path, "r");
  try {
    return use(file);
  } finally {
    closeSync(file);
  }
}

function readAt(file: number, position: number, length: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let done = 0; done < length;) {
    const read = readSync(file, bytes, done, Math.min(maxReadBytes, length - done), position + done);
    if (read === 0) throw broken("it was cut while it was read");
    done += read;
  }
  return bytes;
}

function parseHeader(bytes: Uint8Array): Record<string, unknown> {
  try {
    const header: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    if (typeof header === "object" && header !== null && !Array.isArray(header)) return header as Record<string, unknown>;
  } catch (cause) {
    throw broken("its header is not JSON", cause);
  }
  throw broken("its header is not a JSON object");
}

function parseEntry(name: string, value: unknown, dataBytes: number): TensorEntry {
  const { dtype, shape, data_offsets: offsets } = (value ?? {}) as Record<string, unknown>;
  const isCount = (item: unknown): item is number => Number.isSafeInteger(item) && (item as number) >= 0;
  if (typeof dtype !== "string" || !Array.isArray(shape) || !shape.every(isCount)) throw broken(`the entry of "${name}" is malformed`);
  if (!Array.isArray(offsets) || offsets.length !== 2 || !offsets.every(isCount)) throw broken(`the offsets of "${name}" are malformed`);
  const [begin, end] = offsets as [number, number];
  if (begin > end || end > dataBytes) throw broken(`the offsets of "${name}" point outside the file (is it cut short?)`);
  const size = elementBytes[dtype];
  const elements = shape.reduce((product, dimension) => product * dimension, 1);
  if (size !== undefined && elements * size !== end - begin) throw broken(`the length of "${name}" does not fit its shape`);
  return { dtype, shape, begin, end };
}

function toFloats(dtype: string, bytes: Uint8Array<ArrayBuffer>): Float32Array {
  if (dtype === "F32") return new Float32Array(bytes.buffer, 0, bytes.byteLength / 4);
  if (dtype === "F64") return Float32Array.from(new Float64Array(bytes.buffer, 0, bytes.byteLength / 8));
  const halves = new Uint16Array(bytes.buffer, 0, bytes.byteLength / 2);
  if (dtype === "F16") return Float32Array.from(halves, fromHalf);
  const result = new Float32Array(halves.length);
  // A bfloat16 is the upper half of a float32.
  const words = new Uint32Array(result.buffer);
  for (let index = 0; index < halves.length; index++) words[index] = (halves[index] as number) * 65_536;
  return result;
}

/** Typed views need an aligned start; slice() would not do, because that of a Buffer is a view. */
function copyOf(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const copy = new Uint8Array(bytes.byteLength);
  copy.set(bytes);
  return copy;
}

/** IEEE 754 binary16: sign, five bits of exponent (bias 15), ten of fraction. */
function fromHalf(half: number): number {
  const sign = half & 0x8000 ? -1 : 1;
  const exponent = (half >> 10) & 31;
  const fraction = half & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * fraction * 2 ** -24 : sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

function broken(reason: string, cause?: unknown): CodedError {
  return new CodedError("model_unavailable", `The weights cannot be read as safetensors: ${reason}.`, { cause });
}

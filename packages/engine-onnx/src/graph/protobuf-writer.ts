/**
 * Writes the protobuf wire format, as much of it as ONNX needs. Source: protobuf.dev/programming-guides/encoding.
 * A message is a list of chunks, so that hundreds of megabytes of weights are referred to, never copied.
 */
export class ProtobufWriter {
  readonly #chunks: Uint8Array[] = [];
  #byteLength = 0;

  /** Bytes written so far. */
  get byteLength(): number {
    return this.#byteLength;
  }

  /** The message in its parts, in order: for one too long to be held twice. */
  get chunks(): readonly Uint8Array[] {
    return this.#chunks;
  }

  /** An integer field (int32, int64, bool, enum); negative numbers take ten bytes, as the format demands. */
  integer(field: number, value: number | bigint): this {
    return this.#varint(field << 3).#varint(value);
  }

  /** A 32 bit float field. */
  float(field: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#varint((field << 3) | 5).#append(bytes);
  }

  /** A bytes field. The array is kept, not copied. */
  bytes(field: number, value: Uint8Array): this {
    return this.#varint((field << 3) | 2)
      .#varint(value.byteLength)
      .#append(value);
  }

  /** A string field. */
  string(field: number, value: string): this {
    return this.bytes(field, new TextEncoder().encode(value));
  }

  /** A nested message. */
  message(field: number, value: ProtobufWriter): this {
    this.#varint((field << 3) | 2).#varint(value.#byteLength);
    for (const chunk of value.#chunks) this.#append(chunk);
    return this;
  }

  /** A repeated integer field, packed. */
  packedIntegers(field: number, values: readonly (number | bigint)[]): this {
    const packed = new ProtobufWriter();
    for (const value of values) packed.#varint(value);
    return this.message(field, packed);
  }

  /** The whole message as one array. */
  toBytes(): Uint8Array {
    const result = new Uint8Array(this.#byteLength);
    let offset = 0;
    for (const chunk of this.#chunks) {
      result.set(chunk, offset);
      offset += chunk.byteLength;
    }
    return result;
  }

  #varint(value: number | bigint): this {
    let rest = BigInt.asUintN(64, BigInt(value));
    const bytes: number[] = [];
    do {
      const low = Number(rest & 127n);
      rest >>= 7n;
      bytes.push(rest === 0n ? low : low | 128);
    } while (rest !== 0n);
    return this.#append(Uint8Array.from(bytes));
  }

  #append(bytes: Uint8Array): this {
    this.#chunks.push(bytes);
    this.#byteLength += bytes.byteLength;
    return this;
  }
}

import { CodedError } from "@repo/contracts/coded-error";

/** One field of a protobuf message: a number for varints, bytes for everything else. */
export interface ProtobufField {
  field: number;
  value: number | Uint8Array;
}

/**
 * The fields of one protobuf message, in order; nested messages come as bytes to be read again.
 * Integers above 2^53 lose precision, which no field of ONNX that we read needs.
 * @throws CodedError model_unavailable when the bytes are not such a message.
 */
export function* readProtobuf(bytes: Uint8Array): Generator<ProtobufField> {
  let offset = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[offset++];
      if (byte === undefined) throw malformed();
      value += (byte & 127) * 2 ** shift;
      if (byte < 128) return value;
    }
    throw malformed();
  };
  const take = (length: number): Uint8Array => {
    if (offset + length > bytes.byteLength) throw malformed();
    offset += length;
    return bytes.subarray(offset - length, offset);
  };
  while (offset < bytes.byteLength) {
    const tag = varint();
    const field = Math.floor(tag / 8);
    const wireType = tag % 8;
    if (wireType === 0) yield { field, value: varint() };
    else if (wireType === 1) yield { field, value: take(8) };
    else if (wireType === 2) yield { field, value: take(varint()) };
    else if (wireType === 5) yield { field, value: take(4) };
    else throw malformed();
  }
}

/** Every value of one field that is bytes: texts and nested messages. */
export function* pickBytes(message: Uint8Array, wanted: number): Generator<Uint8Array> {
  for (const { field, value } of readProtobuf(message)) if (field === wanted && typeof value !== "number") yield value;
}

/** A field as text; "" for a number, which no text field holds. */
export function toFieldText(value: number | Uint8Array): string {
  return typeof value === "number" ? "" : new TextDecoder().decode(value);
}

function malformed(): CodedError {
  return new CodedError("model_unavailable", "This is not a readable ONNX file: its protobuf structure is broken.");
}

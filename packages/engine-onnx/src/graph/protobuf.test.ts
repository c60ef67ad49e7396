import { expect, test } from "vitest";
import { readProtobuf } from "./protobuf-reader.ts";
import { ProtobufWriter } from "./protobuf-writer.ts";

test("integers take the bytes of the specification's example", () => {
  expect(new ProtobufWriter().integer(1, 150).toBytes()).toEqual(Uint8Array.of(0x08, 0x96, 0x01));
  expect(new ProtobufWriter().integer(1, -1).toBytes()).toHaveLength(11);
});

test("what was written is read back, nested messages too", () => {
  const inner = new ProtobufWriter().string(2, "name").float(3, 0.5);
  const bytes = new ProtobufWriter()
    .integer(1, 2 ** 40)
    .message(7, inner)
    .packedIntegers(8, [1, 300])
    .toBytes();
  const fields = [...readProtobuf(bytes)];
  expect(fields.map(({ field }) => field)).toEqual([1, 7, 8]);
  expect(fields[0]?.value).toBe(2 ** 40);
  expect([...readProtobuf(fields[1]?.value as Uint8Array)][0]?.value).toEqual(new TextEncoder().encode("name"));
  expect(fields[2]?.value).toEqual(Uint8Array.of(1, 0xac, 0x02));
});

test.each([[Uint8Array.of(0x08)], [Uint8Array.of(0x3a, 5, 1)], [Uint8Array.of(0x0b)], [new Uint8Array(12).fill(255)]])(
  "broken bytes are refused: %o",
  (bytes) => {
    expect(() => [...readProtobuf(bytes)]).toThrow("not a readable ONNX file");
  },
);

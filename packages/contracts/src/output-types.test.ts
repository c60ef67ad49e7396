import { expect, test } from "vitest";
import { toOutput, type OutputFields, type VectorOutput } from "./output-types.ts";

test.for<[OutputFields, VectorOutput]>([
  [{}, { type: "float", isBase64: false }],
  [{ encoding_format: "base64" }, { type: "float", isBase64: true }],
  [
    { output_type: "int8", encoding_format: "float" },
    { type: "int8", isBase64: false },
  ],
  [
    { output_dtype: "ubinary", encoding_format: "base64" },
    { type: "ubinary", isBase64: true },
  ],
  [
    { embedding_type: "binary", output_type: null },
    { type: "binary", isBase64: false },
  ],
  [{ embedding_type: "base64" }, { type: "float", isBase64: true }],
  [
    { output_type: "int8", output_dtype: "int8" },
    { type: "int8", isBase64: false },
  ],
])("%o asks for %o", ([body, output]) => {
  expect(toOutput(body)).toEqual(output);
});

test.for<[OutputFields, string]>([
  [{ output_type: "int8", output_dtype: "binary" }, "output_dtype"],
  [{ output_type: "float", embedding_type: "binary" }, "embedding_type"],
  [{ output_type: "int8", embedding_type: "base64" }, "embedding_type"],
])("%o names two types and is refused", ([body, field]) => {
  expect(() => toOutput(body)).toThrow(expect.objectContaining({ code: "invalid_request", details: { field } }));
});

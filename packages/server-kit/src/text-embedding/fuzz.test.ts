import { errorBody } from "@repo/contracts/error-body";
import { ollamaError } from "@repo/contracts/ollama";
import { openAiError } from "@repo/contracts/openai-embeddings";
import { teiError } from "@repo/contracts/tei";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createEmbeddingServer } from "../../test/embedding-server.ts";
import { documentedErrorStatuses } from "../openapi.ts";

const bodies = 12_000;
const { server, post } = createEmbeddingServer({ server: { limits: { maxBodyBytes: 200_000 } } });
const routes = server.routes.filter((route) => route.method === "POST");
const paths = [...new Set(routes.map((route) => route.path.replaceAll(/:(\w+)/g, "some")))];
const errorShapes = [errorBody, openAiError, teiError, ollamaError];

const text = fc.oneof(
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ unit: "binary", maxLength: 40 }),
  fc.constantFrom("", "\0", "\ud800", "a\udfffb", "__proto__", "x".repeat(5000), "\u202e", "\ufeff"),
);
const scalar = fc.oneof(text, fc.integer(), fc.double(), fc.boolean(), fc.constant(null));
const anything = fc.anything({ withNullPrototype: false, withObjectString: true, maxDepth: 4, values: [scalar] });
const input = fc.oneof(
  text,
  fc.array(text, { maxLength: 6 }),
  fc.array(fc.nat(), { maxLength: 4 }),
  fc.array(fc.array(fc.nat(), { maxLength: 3 }), { maxLength: 3 }),
  anything,
);
const fields = [
  "texts",
  "text",
  "input",
  "inputs",
  "sentences",
  "prompt",
  "ids",
  "source_sentence",
  "parameters",
  "truncate",
  "normalize",
  "dimensions",
  "encoding_format",
  "truncation_direction",
  "prompt_name",
  "input_type",
  "is_query",
  "task",
  "long_text",
  "output_type",
  "output_dtype",
  "embedding_type",
  "model",
  "options",
  "__proto__",
  "constructor",
];

/** Bodies that nearly fit: known fields with likely and unlikely values. */
const nearlyRight = fc
  .array(
    fc.tuple(
      fc.constantFrom(...fields),
      fc.oneof(
        { weight: 3, arbitrary: input },
        { weight: 1, arbitrary: scalar },
        { weight: 1, arbitrary: fc.record({ source_sentence: input, sentences: input }) },
      ),
    ),
    { maxLength: 5 },
  )
  .map((entries) => `{${entries.map(([name, value]) => `${JSON.stringify(name)}:${JSON.stringify(value) ?? "null"}`).join(",")}}`);
const wholeJson = anything.map((value) => JSON.stringify(value) ?? "null");
const brokenJson = fc.tuple(nearlyRight, fc.nat(), text).map(([json, at, noise]) => json.slice(0, at % (json.length + 1)) + noise);
const rawBytes = fc.uint8Array({ maxLength: 200 });
const body = fc.oneof(
  { weight: 5, arbitrary: nearlyRight },
  { weight: 2, arbitrary: wholeJson },
  { weight: 2, arbitrary: brokenJson },
  { weight: 1, arbitrary: rawBytes },
);
const contentType = fc.oneof(
  { weight: 9, arbitrary: fc.constant("application/json") },
  { weight: 1, arbitrary: fc.constantFrom("text/plain", "", "application/x-www-form-urlencoded", "application/json;charset=latin1") },
);

test(`${bodies} generated bodies get an answer or a documented JSON error, and the server lives`, async () => {
  const seen = new Map<number, number>();
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...paths), body, contentType, async (path, sent, type) => {
      const response = await server.app.request(path, {
        method: "POST",
        headers: { "content-type": type },
        body: sent as RequestInit["body"] & (string | Uint8Array<ArrayBuffer>),
      });
      const answer: unknown = await response.json();
      seen.set(response.status, (seen.get(response.status) ?? 0) + 1);
      if (response.status === 200) return;
      const documented = routes.filter((route) => route.path.replaceAll(/:(\w+)/g, "some") === path).flatMap(documentedErrorStatuses);
      expect(documented).toContain(response.status);
      expect(response.status).toBeLessThan(500);
      expect(errorShapes.some((shape) => shape.safeParse(answer).success)).toBe(true);
      expect(response.headers.get("x-request-id")).not.toBeNull();
    }),
    { numRuns: bodies },
  );
  // A generator that only ever makes nonsense, or never does, would prove nothing.
  expect(seen.get(200)).toBeGreaterThan(bodies / 50);
  expect(seen.get(400)).toBeGreaterThan(bodies / 50);
  expect(Object.keys(Object.prototype)).toEqual([]);
  expect(server.admission.running).toBe(0);
  expect((await post("/embed", { texts: ["still here"] })).status).toBe(200);
}, 120_000);

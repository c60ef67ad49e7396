/** text-generation-inference's routes as its clients send them over the wire. */
import { tgiGenerateResponse, tgiStreamResponse, type TgiStreamResponse } from "@repo/contracts/tgi-generation";
import { tgiError } from "@repo/contracts/generation-errors";
import { describe, expect, test } from "vitest";
import { createSpaceFixture } from "../space-fixture.ts";
import type { GenerationFixture, GenerationSpace } from "./generation-space.ts";
import { idea, ideaSchema } from "./idea-schema.ts";
import { readJsonEvents } from "./read-events.ts";

const inputs = "The lamp";
const parameters = { max_new_tokens: 16, temperature: 1, seed: 7 };

/** /generate, /generate_stream, / and /info. */
export function testTgiWire(target: GenerationSpace): void {
  const space = createSpaceFixture(target);
  const generate = async (more: object = {}) =>
    tgiGenerateResponse.parse(await (await space.post("/generate", { inputs, parameters: { ...parameters, ...more } })).json());
  const stream = async (more: object = {}, path = "/generate_stream", fields: object = {}) => {
    const response = await space.post(path, { inputs, parameters: { ...parameters, ...more }, ...fields });
    expect(response.headers.get("content-type")).toContain("text/event-stream");
    expect(response.headers.get("x-accel-buffering")).toBe("no");
    return (await readJsonEvents<TgiStreamResponse>(response)).map((event) => tgiStreamResponse.parse(event));
  };

  test("/generate gives the answer, and with details its tokens, reason and seed", async () => {
    const plain = await generate();
    expect(plain.details).toBeUndefined();
    const { generated_text: text, details } = await generate({ details: true, top_n_tokens: 2 });
    expect(text).toBe(plain.generated_text);
    expect(details).toMatchObject({ seed: 7, prefill: [] });
    expect(details?.tokens.map((token) => (token.special ? "" : token.text)).join("")).toBe(text);
    expect(details?.top_tokens).toHaveLength(details?.tokens.length ?? -1);
    expect(details?.generated_tokens).toBe(details?.tokens.length);
    expect((await generate({ return_full_text: true })).generated_text).toBe(inputs + text);
  });

  test("/generate_stream tells the same, its last event the whole", async () => {
    const whole = await generate({ details: true });
    for (const events of [await stream(), await stream({}, "/", { stream: true })]) {
      expect(events.map(({ index }) => index)).toEqual(events.map((_, at) => at + 1));
      expect(events.map(({ token }) => (token.special ? "" : token.text)).join("")).toBe(whole.generated_text);
      expect(events.slice(0, -1).map(({ generated_text: text, details }) => [text, details])).toEqual(
        events.slice(0, -1).map(() => [null, null]),
      );
      expect(events.at(-1)?.details).toMatchObject({ finish_reason: whole.details?.finish_reason, seed: 7 });
    }
    expect((await stream()).at(-1)?.generated_text).toBe(whole.generated_text);
    expect((await stream({}, "/", { stream: true })).at(-1)?.generated_text).toBe(inputs + whole.generated_text);
  });

  test("the root answers a list with the prompt before the answer, unless it is told not to", async () => {
    const { generated_text: text } = await generate();
    expect(await (await space.post("/", { inputs, parameters })).json()).toEqual([{ generated_text: inputs + text }]);
    const bare = { inputs, parameters: { ...parameters, return_full_text: false } };
    expect(await (await space.post("/", bare)).json()).toEqual([{ generated_text: text }]);
  });

  test("what it refuses for no reason is taken: temperature 0, top_p 1, top_k 0", async () => {
    const [one, other] = [await generate({ temperature: 0, top_p: 1, top_k: 0, seed: 1 }), await generate({ do_sample: false, seed: 2 })];
    expect(one.generated_text).toBe(other.generated_text);
  });

  test("best_of gives the likeliest and tells the others", async () => {
    const { details } = await generate({ best_of: 3, details: true });
    const mean = (tokens: { logprob: number }[]): number => tokens.reduce((sum, { logprob }) => sum + logprob, 0) / tokens.length;
    expect(details?.best_of_sequences).toHaveLength(2);
    for (const { tokens } of details?.best_of_sequences ?? []) expect(mean(tokens)).toBeLessThanOrEqual(mean(details?.tokens ?? []) + 1e-9);
  });

  test.each([
    ["json", { type: "json", value: ideaSchema }],
    ["json as text", { type: "json", value: JSON.stringify(ideaSchema) }],
    ["json_schema", { type: "json_schema", value: { name: "idea", schema: ideaSchema } }],
  ])("grammar %s is obeyed", async (_name, grammar) => {
    const { generated_text: text } = await generate({ grammar, max_new_tokens: 200, temperature: 2 });
    expect(idea.safeParse(JSON.parse(text)).success).toBe(true);
  });

  test("a grammar of a regular expression, or of a choice", async () => {
    expect((await generate({ grammar: { type: "regex", value: "yes indeed" } })).generated_text).toBe("yes indeed");
    expect(["yes", "no"]).toContain((await generate({ grammar: { type: "choice", value: ["yes", "no"] } })).generated_text);
  });

  test("/info tells limits and version", async () => {
    const info = (await (await fetch(`${space.url}/info`)).json()) as Record<string, unknown>;
    const { model, contextTokens } = await space.service.info();
    expect(info).toMatchObject({ model_id: model, max_total_tokens: contextTokens, model_pipeline_tag: "text-generation" });
  });

  testRefusals(space);
}

function testRefusals(space: GenerationFixture): void {
  describe("refusals", () => {
    test.each<[string, unknown]>([
      ["no inputs", {}],
      ["inputs of a wrong kind", { inputs: 5 }],
      ["a temperature below 0", { inputs, parameters: { temperature: -1 } }],
      ["no tokens", { inputs, parameters: { max_new_tokens: 0 } }],
      ["a grammar of another kind", { inputs, parameters: { grammar: { type: "lark", value: "a" } } }],
      ["a grammar as text", { inputs, parameters: { grammar: 'root ::= "a"' } }],
      ["stop_token_ids", { inputs, parameters: { stop_token_ids: [1] } }],
      ["more tokens than there are", { inputs, parameters: { max_new_tokens: 1_000_000 } }],
      ["a prompt over truncate", { inputs: "one two three four five six", parameters: { truncate: 2 } }],
    ])("%s: 422 in its shape, for a stream as well", async (_name, body) => {
      for (const path of ["/generate", "/generate_stream"]) {
        const response = await space.post(path, body);
        expect(response.status).toBe(422);
        expect(tgiError.parse(await response.json()).error_type).toBe("validation");
      }
    });

    test("what only shapes the drawing is told and not refused", async () => {
      const body = { inputs, parameters: { ...parameters, typical_p: 0.9, watermark: true, top_a: 1 } };
      const { warnings = [] } = tgiGenerateResponse.parse(await (await space.post("/generate", body)).json());
      expect(new Set(warnings.map((warning) => warning.split(" ")[0]))).toEqual(new Set(["top_a", "typical_p", "watermark"]));
    });

    test("a deadline that cannot be met is 408 in its shape", async () => {
      const body = { inputs, parameters: { max_new_tokens: 200, temperature: 2, best_of: 16 } };
      const response = await space.post("/generate", body, { headers: { "x-timeout-ms": "1" } });
      expect([response.status, tgiError.parse(await response.json()).error_type]).toEqual([408, "deadline"]);
    });
  });
}

import { readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { randomNumbers, type TinyLanguageModelOptions, writeTinyLanguageModel } from "../../test/tiny-language-model.ts";
import { openSession, type Session } from "../session.ts";
import type { TensorData } from "../worker-protocol.ts";
import { OnnxModelBuilder } from "./onnx-model.ts";
import { rewriteDecoder, rewrittenNames } from "./rewrite-decoder.ts";

const folders: string[] = [];
const planes = [0, 1].flatMap((layer) => [`${layer}.key`, `${layer}.value`]);
const heads = 2;
const size = 16;

afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

async function open(
  options: TinyLanguageModelOptions,
): Promise<{ original: Session; rewritten: Session; vocabulary: number; hasPositions: boolean }> {
  const folder = await writeTinyLanguageModel(options);
  folders.push(folder);
  const onnxPath = join(folder, "onnx/model.onnx");
  const { model, decoder, hasLogitRows, hasDeltas } = rewriteDecoder(await readFile(onnxPath));
  expect({ hasLogitRows, hasDeltas }).toEqual({ hasLogitRows: true, hasDeltas: true });
  const rewrittenPath = join(folder, "rewritten.onnx");
  await writeFile(rewrittenPath, model.toBytes());
  const openOne = (path: string) => openSession({ onnxPath: path, threads: 1, isOptimized: false });
  return {
    original: await openOne(onnxPath),
    rewritten: await openOne(rewrittenPath),
    vocabulary: 276,
    hasPositions: decoder.positions !== undefined,
  };
}

const floatsOf = (outputs: Record<string, TensorData>, name: string) => (outputs[name] as TensorData).data as Float32Array;
const int64 = (values: readonly number[], dims: readonly number[]): TensorData => ({
  type: "int64",
  data: BigInt64Array.from(values, BigInt),
  dims,
});

test.each([{ precision: "fp32" as const }, { precision: "q4" as const }, { precision: "int8" as const }, { hasOwnRotary: true }])(
  "the rewritten graph of %j gives the wanted logits of the original and, to the bit, its new keys and values",
  async (options) => {
    const { original, rewritten, vocabulary, hasPositions } = await open(options);
    const random = randomNumbers(5);
    for (const [past, tokens] of [
      [0, 7],
      [9, 4],
      [12, 1],
    ] as const) {
      const total = past + tokens;
      const feeds: Record<string, TensorData> = {
        input_ids: int64(
          Array.from({ length: tokens }, () => Math.floor(random() * vocabulary)),
          [1, tokens],
        ),
        attention_mask: int64(Array<number>(total).fill(1), [1, total]),
        ...(hasPositions
          ? {
              position_ids: int64(
                Array.from({ length: tokens }, (_, token) => past + token),
                [1, tokens],
              ),
            }
          : {}),
      };
      for (const plane of planes) {
        const data = Float32Array.from({ length: heads * past * size }, () => random() - 0.5);
        feeds[`past_key_values.${plane}`] = { type: "float32", data, dims: [1, heads, past, size] };
      }
      const expected = await original.run(feeds, ["logits", ...planes.map((plane) => `present.${plane}`)]);
      const places = Array.from({ length: heads * tokens }, (_, place) => [Math.floor(place / tokens), past + (place % tokens)]).flat();
      const wanted = tokens > 1 ? [tokens - 1, 0] : [0];
      const actual = await rewritten.run(
        {
          ...feeds,
          [rewrittenNames.newRows(heads)]: int64(places, [1, heads * tokens, 2]),
          [rewrittenNames.logitRows]: int64(
            wanted.flatMap((token) => [0, token]),
            [1, wanted.length, 2],
          ),
        },
        ["logits", ...planes.map((plane) => rewrittenNames.delta(`present.${plane}`))],
      );
      const all = floatsOf(expected, "logits");
      for (const [row, token] of wanted.entries()) {
        const picked = floatsOf(actual, "logits").subarray(row * vocabulary, (row + 1) * vocabulary);
        const whole = all.subarray(token * vocabulary, (token + 1) * vocabulary);
        // A product of fewer rows may add in another order.
        expect(Math.max(...picked.map((value, index) => Math.abs(value - (whole[index] as number))))).toBeLessThan(1e-5);
      }
      for (const plane of planes) {
        const present = floatsOf(expected, `present.${plane}`);
        const fresh = Array.from({ length: heads }, (_, head) => [
          ...present.subarray((head * total + past) * size, (head + 1) * total * size),
        ]).flat();
        expect([...floatsOf(actual, rewrittenNames.delta(`present.${plane}`))]).toEqual(fresh);
      }
    }
    await original.close();
    await rewritten.close();
  },
);

test("a file that is no decoder is refused with what it lacks", () => {
  const encoder = new OnnxModelBuilder();
  encoder.node("Identity", [encoder.input("input_ids", "int64", ["batch", "tokens"])], { outputs: ["same"] });
  encoder.output("same", "int64", ["batch", "tokens"]);
  expect(() => rewriteDecoder(encoder.toBytes().model)).toThrow(/attention_mask/);
  expect(() => rewriteDecoder(Buffer.from("not a model at all"))).toThrow(/protobuf|graph/);
});

test("four-bit products that leave their accuracy open get one, and others keep theirs", async () => {
  const folder = await writeTinyLanguageModel({ precision: "q4" });
  folders.push(folder);
  const model = await readFile(join(folder, "onnx/model.onnx"));
  expect(rewriteDecoder(model).accuracyLevel).toBe(4);
  // The attribute's name and its value 4 (field 3), as decoder-linear.ts writes them; 0 stands for open.
  const undecided = Buffer.from(model.toString("latin1").replaceAll("accuracy_level\x18\x04", "accuracy_level\x18\x00"), "latin1");
  const { accuracyLevel, model: rewritten } = rewriteDecoder(undecided);
  expect(accuracyLevel).toBe(4);
  expect(rewriteDecoder(undecided, { openAccuracyLevel: 0 }).accuracyLevel).toBe(0);
  const text = Buffer.from(rewritten.toBytes()).toString("latin1");
  expect(text.split("accuracy_level\x18\x04").length).toBe(1 + 2 * 7 + 1);
  expect(text).not.toContain("accuracy_level\x18\x00");
});

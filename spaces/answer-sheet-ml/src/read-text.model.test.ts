/** The committed readers, held to what training measured: the figures and the calibration of the card are those of this code. */
import { readFile } from "node:fs/promises";
import { sheetFields, type SheetField } from "@repo/contracts/answer-sheets";
import { parseFieldPattern } from "@repo/contracts/field-pattern";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Crop } from "./crop-regions.ts";
import { type LoadedModels, loadModels } from "./load-models.ts";
import { defaultPatterns, pocketFolder } from "./model.ts";
import { readText } from "./read-text.ts";

/** A crop and what models/answer-sheets/training/reading.py read of it; see evaluate_readers.py. */
interface KnownReading {
  text: string;
  /** uint8 [32 * width], base64. */
  pixels: string;
  free: string;
  free_log: number;
  formed: string;
  formed_log: number | null;
  looks: number;
}

const parts: Record<SheetField, string> = { register_number: "register", subject_code: "subject" };
const nothingOfTheForm = -1000;
let models: LoadedModels;
let known: Record<string, KnownReading[]>;

beforeAll(async () => {
  models = await loadModels();
  known = JSON.parse(await readFile(new URL("fixtures/readings.json", pocketFolder), "utf8")) as typeof known;
});
afterAll(async () => {
  await models.close();
});

test.for(sheetFields)("%s: crops are read as they were when the readers were measured, looks and probabilities included", async (field) => {
  const expected = known[parts[field]] as KnownReading[];
  expect(expected.length).toBeGreaterThanOrEqual(12);
  expect(new Set(expected.map(({ looks }) => looks))).toEqual(new Set([1, 5]));
  const crops = expected.map(({ pixels }): Crop => {
    const gray = Buffer.from(pixels, "base64");
    const box = [0, 0, gray.length / 32, 32] as const;
    return {
      region: { field, box: [...box], score: 1 },
      pixels: Float32Array.from(gray, (value) => value / 127.5 - 1),
      picture: { width: box[2], height: box[3], gray: new Uint8Array(gray) },
    };
  });
  const readings = await readText(models.readers[field], crops, { pattern: parseFieldPattern(defaultPatterns[field]) }, {});
  for (const [index, { views, free, formed }] of readings.entries()) {
    const { free: text, free_log: log, formed: formedText, formed_log: formedLog, looks } = expected[index] as KnownReading;
    expect([index, views.length, free[0]?.text ?? ""]).toEqual([index, looks, text]);
    expect(free[0]?.logLikelihood).toBeCloseTo(log, 2);
    expect([index, formed[0]?.text ?? ""]).toEqual([index, formedText]);
    expect(formed[0]?.logLikelihood ?? nothingOfTheForm).toBeCloseTo(formedLog ?? nothingOfTheForm, 2);
  }
});

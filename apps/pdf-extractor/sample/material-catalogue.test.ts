import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { sections } from "./catalogue.ts";
import { readHere } from "../test/read-here.ts";

const file = await readFile(new URL("material-catalogue.pdf", import.meta.url));
const materials = sections.flatMap(({ items }) => items);

test("the committed catalogue is what its code says: 40 materials, each with its name, code and price", { timeout: 120_000 }, async () => {
  const pages = await readHere(file);
  expect(file.length).toBeLessThan(3_000_000);
  expect(pages.flatMap(({ warnings }) => warnings)).toEqual([]);
  expect(pages).toHaveLength(sections.length + 3);
  const shown = pages.slice(1, -2).flatMap(({ pictures }) => pictures);
  expect(shown.map(({ caption }) => caption)).toEqual(materials.map(({ name }) => name));
  for (const [at, { code, price }] of materials.entries()) {
    expect(shown[at]?.nearbyText).toContain(code);
    expect(shown[at]?.nearbyText).toContain(price.toFixed(2));
  }
  const pictures = pages.flatMap(({ pictures: placed }) => placed.flatMap(({ picture }) => picture ?? []));
  expect(pictures).toHaveLength(materials.length);
  // Cover and overview show pictures of the pages once more.
  expect(pages.flatMap(({ pictures: placed }) => placed)).toHaveLength(2 * materials.length + 1);
  const kinds = Map.groupBy(pictures, ({ kind, colorSpace, hasMask }) => `${kind} ${colorSpace}${hasMask ? " masked" : ""}`);
  expect(Object.fromEntries([...kinds].map(([kind, { length }]) => [kind, length]))).toEqual({
    "jpeg DeviceRGB": 28,
    "jpeg DeviceCMYK": 4,
    "raw DeviceRGB": 4,
    "raw DeviceRGB masked": 4,
  });
});

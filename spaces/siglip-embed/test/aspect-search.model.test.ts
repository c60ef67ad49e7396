import { readFile } from "node:fs/promises";
import { aspects, type Aspect, type AspectItem, type VisualService } from "@repo/contracts/visual-embedding";
import { afterAll, beforeAll, expect, test } from "vitest";
import { aspectWords } from "../src/aspect-words.ts";
import { pocketDirectory } from "../src/model.ts";
import { createService } from "../src/service.ts";
import { dot } from "../src/unit-vector.ts";

/** Pictures of combinations that no training saw, and what is on them. */
interface Fixture {
  file: string;
  colour: string;
  pattern: string;
  material: string;
  style: string;
}

const neighbours = 5;
const imagesPerCall = 32;
let service: VisualService;
let fixtures: Fixture[];
let items: AspectItem[];

beforeAll(async () => {
  service = await createService();
  fixtures = JSON.parse(await readFile(`${pocketDirectory}fixtures/truth.json`, "utf8")) as Fixture[];
  items = [];
  for (let first = 0; first < fixtures.length; first += imagesPerCall) {
    const part = fixtures.slice(first, first + imagesPerCall);
    const images = await Promise.all(part.map(async ({ file }) => ({ bytes: await readFile(`${pocketDirectory}fixtures/${file}`) })));
    items.push(...(await service.embedAspects(images)).items);
  }
}, 300_000);
afterAll(() => service.close());

/** Of the pictures that have a value: the mean share of the nearest other ones that have the same. */
function precision(toVector: (item: AspectItem) => Float32Array, attribute: Exclude<keyof Fixture, "file">): number {
  const chosen = items
    .map((item, index) => ({ vector: toVector(item), value: fixtures[index]?.[attribute] ?? "" }))
    .filter(({ value }) => value !== "");
  const shares = chosen.map((query) => {
    const others = chosen
      .filter((other) => other !== query)
      .map((other) => ({ value: other.value, cosine: dot(query.vector, other.vector) }));
    const nearest = others.toSorted((a, b) => b.cosine - a.cosine).slice(0, neighbours);
    return nearest.filter(({ value }) => value === query.value).length / neighbours;
  });
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

test.each<[Aspect, Exclude<keyof Fixture, "file">]>([
  ["color", "colour"],
  ["texture", "pattern"],
  ["material", "material"],
  ["style", "style"],
])(
  "the vector of %s finds pictures of the same %s better than the vector of the whole image, and than other aspects'",
  (aspect, attribute) => {
    const own = precision((item) => item.aspects[aspect].vector, attribute);
    const base = precision((item) => item.vector, attribute);
    expect(own).toBeGreaterThan(base);
    for (const other of aspects.filter((name) => name !== aspect))
      expect(own).toBeGreaterThan(precision((item) => item.aspects[other].vector, attribute));
  },
);

test("every word of an aspect is one that the pocket model has read", async () => {
  const { model } = JSON.parse(await readFile(`${pocketDirectory}tokenizer.json`, "utf8")) as { model: { vocab: Record<string, number> } };
  const spelled = aspects.flatMap((aspect) => aspectWords[aspect].words).flatMap((word) => word.match(/[a-z]+/g) ?? []);
  expect(spelled.filter((word) => model.vocab[word] === undefined)).toEqual([]);
});

test("aspect vectors are not the base vector, not each other, and vary across images", () => {
  const similar = (pairs: number[]) => pairs.reduce((sum, value) => sum + value, 0) / pairs.length;
  for (const aspect of aspects) {
    expect(similar(items.map((item) => Math.abs(dot(item.vector, item.aspects[aspect].vector))))).toBeLessThan(0.8);
    const next = items.map((item, index) =>
      dot(item.aspects[aspect].vector, (items[(index + 1) % items.length] as AspectItem).aspects[aspect].vector),
    );
    expect(similar(next)).toBeLessThan(0.8);
  }
});

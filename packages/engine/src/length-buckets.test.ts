import { expect, test } from "vitest";
import { type BucketNode, createLengthBuckets } from "./length-buckets.ts";

interface Named extends BucketNode<Named> {
  name: string;
}

const node = (name: string, tokens: number): Named => ({ name, tokens, previous: undefined, next: undefined });

test("the closest length comes first, the shorter one of two at equal distance, the older one of equals", () => {
  const buckets = createLengthBuckets<Named>();
  for (const [name, tokens] of [
    ["far", 2],
    ["longer", 12],
    ["shorter", 8],
    ["same", 10],
    ["same later", 10],
  ] as const)
    buckets.add(node(name, tokens));
  const order = [];
  for (let found = buckets.takeClosest(10, () => true); found !== undefined; found = buckets.takeClosest(10, () => true))
    order.push(found.name);
  expect(order).toEqual(["same", "same later", "shorter", "longer", "far"]);
});

test("what does not fit stays", () => {
  const buckets = createLengthBuckets<Named>();
  buckets.add(node("long", 9));
  expect(buckets.takeClosest(5, (tokens) => tokens <= 8)).toBeUndefined();
  expect(buckets.takeClosest(5, (tokens) => tokens <= 9)?.name).toBe("long");
});

test("nodes can be taken out from anywhere in a bucket", () => {
  const buckets = createLengthBuckets<Named>();
  const nodes = ["a", "b", "c", "d"].map((name) => node(name, 3));
  for (const each of nodes) buckets.add(each);
  for (const index of [1, 0, 3]) buckets.remove(nodes[index] as Named);
  expect(buckets.takeClosest(3, () => true)?.name).toBe("c");
  expect(buckets.takeClosest(3, () => true)).toBeUndefined();
});

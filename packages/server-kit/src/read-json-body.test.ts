import { expect, test } from "vitest";
import { BodyBudget } from "./body-budget.ts";
import { readJsonBody } from "./read-json-body.ts";

const limits = { maxBodyBytes: 1000, maxDepth: 10, maxValues: 100 };
const read = async (body: string): Promise<unknown> =>
  await readJsonBody(new Request("http://here/", { method: "POST", headers: { "content-type": "application/json" }, body }), {
    limits,
    family: "outpost",
    budget: new BodyBudget(1000),
    signal: new AbortController().signal,
  });

test.each(['{"temperature":NaN}', '{"a":[1, -Infinity]}', "[NaN]"])("%s is refused with what is wrong with it", async (body) => {
  await expect(read(body)).rejects.toMatchObject({
    code: "invalid_request",
    message: expect.stringContaining("NaN or Infinity") as string,
  });
});

test("other broken JSON is not blamed on numbers, and the words in a text are a text", async () => {
  await expect(read('{"a":')).rejects.toMatchObject({ message: "The body is not valid JSON." });
  expect(await read('{"a":"x: NaN, -Infinity"}')).toEqual({ a: "x: NaN, -Infinity" });
});

/** The token of a private Space as its only key, as the clients send it. */
import { createSpaceFixture } from "@repo/testing/space-fixture";
import OpenAI, { AuthenticationError } from "openai";
import { describe, expect, test } from "vitest";
import { bgeSpace } from "./bge-space.ts";

const token = "hf_opens_the_private_space";
const space = createSpaceFixture(bgeSpace, { HF_SPACE_API_TOKEN: token });
const both = createSpaceFixture(bgeSpace, { HF_SPACE_API_TOKEN: token, SPACE_API_KEYS: "key-of-an-app" });
const client = (apiKey: string): OpenAI => new OpenAI({ baseURL: `${space.url}/v1`, apiKey, maxRetries: 0 });
const failureOf = (work: Promise<unknown>): Promise<unknown> => work.then(() => "no failure").catch((thrown: unknown) => thrown);

test("the token is the SDK's api key: one secret opens the Hub's gate and the Space", async () => {
  const { data } = await client(token).embeddings.create({ model: "any", input: "a" });
  expect(data[0]?.embedding).toHaveLength(768);
  const own = await space.post("/embed", { text: "a" }, { headers: { authorization: `Bearer ${token}` } });
  expect(own.status).toBe(200);
});

test("another token is an AuthenticationError of the SDK that repeats no secret", async () => {
  const thrown = await failureOf(client("hf_another").embeddings.create({ model: "any", input: "a" }));
  expect(thrown).toBeInstanceOf(AuthenticationError);
  expect(thrown).toMatchObject({ status: 401, type: "authentication_error", requestID: expect.stringMatching(/\S/) as string });
  expect((thrown as AuthenticationError).message).not.toMatch(/hf_/);
});

describe.each([
  ["a missing key", {}],
  ["a wrong key", { authorization: "Bearer hf_another" }],
  ["an empty key", { authorization: "Bearer " }],
  ["a key in the wrong scheme", { authorization: `Basic ${token}` }],
])("%s", (_name, headers) => {
  test("is 401 in OpenAI's shape, to the letter", async () => {
    const response = await space.post("/v1/embeddings", { input: "a" }, { headers });
    expect(response.status).toBe(401);
    const { error } = (await response.json()) as { error: Record<string, unknown> };
    expect(error).toMatchObject({ message: expect.stringMatching(/\w/) as string, type: "authentication_error", param: null });
    expect(typeof error["code"]).toBe("string");
    expect(response.headers.get("www-authenticate")).toMatch(/^Bearer\b/);
  });
});

test.each([
  ["the Hub's token", { authorization: `Bearer ${token}` }, 200],
  ["an app's key", { authorization: "Bearer key-of-an-app" }, 200],
  ["an app's key beside the Hub's token", { authorization: "Bearer hf_of_somebody_else", "x-api-key": "key-of-an-app" }, 200],
  ["neither", { authorization: "Bearer hf_of_somebody_else" }, 401],
])("a Space with keys of its own takes %s", async (_name, headers, status) => {
  expect((await both.post("/v1/embeddings", { input: "a" }, { headers })).status).toBe(status);
});

test("what says that the Space lives needs no key", async () => {
  for (const path of ["/health", "/ready", "/status"]) expect([path, (await fetch(space.url + path)).status]).toEqual([path, 200]);
});

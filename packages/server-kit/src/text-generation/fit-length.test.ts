import type { TextGenerator } from "@repo/contracts/generate-text";
import { expect, test } from "vitest";
import type { HandlerContext } from "../mount-route.ts";
import { fitLength } from "./fit-length.ts";
import type { TextGenerationHost } from "./text-generation-host.ts";

/** A host whose model has a context of 100 tokens, writes at most 80, and has a token per word. */
function createHost() {
  const counted: string[] = [];
  const service = {
    info: async () => await Promise.resolve({ contextTokens: 100, maxNewTokens: 80 }),
    countTokens: async (input: { prompt: string }) => {
      counted.push(input.prompt);
      return await Promise.resolve(input.prompt.split(" ").length);
    },
  } as unknown as TextGenerator;
  return { counted, host: { service: async () => await Promise.resolve(service) } as TextGenerationHost };
}
const context = {} as HandlerContext;
const words = (count: number): string => Array.from({ length: count }, () => "word").join(" ");

test("a bound that fits stays, and a short prompt is not even counted", async () => {
  const { host, counted } = createHost();
  const request = { input: { prompt: "Hi" }, sampling: { maxNewTokens: 20 } };
  expect(await fitLength(host, request, context)).toEqual({ request, warnings: [] });
  expect(await fitLength(host, { input: { prompt: words(60) } }, context)).toEqual({
    request: { input: { prompt: words(60) } },
    warnings: [],
  });
  expect(counted).toEqual([]);
});

test("a bound over the room is lowered to it, with the numbers", async () => {
  const { host } = createHost();
  const { request, warnings } = await fitLength(host, { input: { prompt: words(60) }, sampling: { maxNewTokens: 1024, seed: 1 } }, context);
  expect(request.sampling).toEqual({ maxNewTokens: 40, seed: 1 });
  expect(warnings).toEqual(["The longest answer was lowered from 1024 tokens to 40, the most that there is room for."]);
  expect((await fitLength(host, { input: { prompt: "Hi" }, sampling: { maxNewTokens: 90 } }, context)).request.sampling?.maxNewTokens).toBe(
    80,
  );
});

test("a prompt without room is left for the service to refuse, an endless one without counting it", async () => {
  const { host, counted } = createHost();
  const full = { input: { prompt: words(100) }, sampling: { maxNewTokens: 10 } };
  expect(await fitLength(host, full, context)).toEqual({ request: full, warnings: [] });
  const endless = { input: { prompt: words(1000) }, sampling: { maxNewTokens: 10 } };
  expect(await fitLength(host, endless, context)).toEqual({ request: endless, warnings: [] });
  expect(counted).toHaveLength(1);
});

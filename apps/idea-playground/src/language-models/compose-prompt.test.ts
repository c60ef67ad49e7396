import { expect, test } from "vitest";
import { composePrompt } from "./compose-prompt.ts";

const turn = (role: "user" | "assistant", content: string) => ({ role, content });

test("a prompt alone stays as it is", () => {
  expect(composePrompt("Name a tool")).toEqual({ text: "Name a tool", contextApplied: false });
  expect(composePrompt("Name a tool", { context: { nothing: undefined, empty: "" }, history: [] })).toEqual({
    text: "Name a tool",
    contextApplied: false,
  });
});

test("context and conversation stand in front, as the original has them", () => {
  const history = [turn("user", "Hello"), turn("assistant", "Hello, what is it?")];
  expect(composePrompt("Name a tool", { context: { company_name: "Acme", markets: ["EU", "US"] }, history })).toEqual({
    text: 'Context: {"company_name":"Acme","markets":["EU","US"]}\n\nPrompt: user: Hello\nassistant: Hello, what is it?\n\nName a tool',
    contextApplied: true,
  });
});

test("a last turn that is the prompt is not sent twice, an earlier one is", () => {
  const history = [turn("user", "Name a tool"), turn("assistant", "A saw"), turn("user", " Name a tool ")];
  expect(composePrompt("Name a tool", { history }).text).toBe("user: Name a tool\nassistant: A saw\n\nName a tool");
  expect(composePrompt("Name a tool", { history: [turn("assistant", "Name a tool")] }).text).toBe("assistant: Name a tool\n\nName a tool");
});

test("the same facts in another order are the same prompt", () => {
  const one = composePrompt("x", { context: { a: 1, b: { c: 2, d: 3 } } });
  expect(composePrompt("x", { context: { b: { d: 3, c: 2 }, a: 1 } })).toEqual(one);
});

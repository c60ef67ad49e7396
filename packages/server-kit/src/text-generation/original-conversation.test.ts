import { originalParameters, type OriginalParameters } from "@repo/contracts/original-generation";
import { expect, test } from "vitest";
import { toOriginalInput } from "./original-conversation.ts";

const read = (parameters: object, options: { isChat?: boolean; prompt?: string } = {}) =>
  toOriginalInput({
    prompt: options.prompt ?? "Go",
    messages: undefined,
    parameters: originalParameters.parse(parameters) as OriginalParameters,
    isChat: options.isChat ?? true,
  });

const context = { company_name: "Acme", industry: "tools", markets: ["EU", "US"], nothing: "" };
const block = "Company Context:\n- company_name: Acme\n- industry: tools\n- markets: EU, US";

test("a model that understands conversations gets contexts as instructions and the prompt as a message", () => {
  expect(read({ context, system_prompt: "Be short." })).toEqual({
    input: {
      messages: [
        { role: "system", content: `Be short.\n\n${block}` },
        { role: "user", content: "Go" },
      ],
    },
    isContextApplied: true,
    isAbstractionApplied: false,
  });
});

test("another model gets one text", () => {
  const history = [
    { role: "user", content: "Hi" },
    { role: "ai", content: "Yes?" },
  ];
  const { input } = read(
    { context: JSON.stringify(context), abstraction_context: { pattern: "x" }, conversation_history: history },
    { isChat: false },
  );
  expect(input).toEqual({ prompt: `${block}\n\nAbstraction Context:\n- pattern: x\n\nuser: Hi\nassistant: Yes?\n\nGo` });
  expect(read({}, { isChat: false }).input).toEqual({ prompt: "Go" });
});

test("a context that says nothing is none; text that is no JSON is taken as it stands", () => {
  expect(read({ context: {} }).isContextApplied).toBe(false);
  expect(read({ context: "" }).isContextApplied).toBe(false);
  expect(read({ context: "null" }).isContextApplied).toBe(false);
  expect(read({ context: "We make tools." }, { isChat: false }).input).toEqual({ prompt: "Company Context:\nWe make tools.\n\nGo" });
});

test("the history's last turn is left out where it is the prompt again; a text is put before", () => {
  const history = ["Hi", { role: "bot", content: "Yes?" }, { role: "user", content: "Go" }];
  expect(read({ conversation_history: history }).input).toEqual({
    messages: [
      { role: "user", content: "Hi" },
      { role: "assistant", content: "Yes?" },
      { role: "user", content: "Go" },
    ],
  });
  expect(read({ conversation_history: "user: Hi" }).input).toEqual({
    messages: [
      { role: "system", content: "Conversation so far:\nuser: Hi" },
      { role: "user", content: "Go" },
    ],
  });
});

test("instructions join a system turn that is there already", () => {
  const { input } = toOriginalInput({
    prompt: undefined,
    messages: [
      { role: "system", content: "Rhyme." },
      { role: "user", content: "Go" },
    ],
    parameters: originalParameters.parse({ context }) as OriginalParameters,
    isChat: false,
  });
  expect(input).toEqual({
    messages: [
      { role: "system", content: `Rhyme.\n\n${block}` },
      { role: "user", content: "Go" },
    ],
  });
});

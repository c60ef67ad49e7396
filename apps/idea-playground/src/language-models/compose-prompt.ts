import type { ChatTurn } from "@repo/contracts/generate-text";
import type { PromptContext } from "./language-model.ts";

/** A prompt with everything that goes in front of it. */
export interface ComposedPrompt {
  text: string;
  contextApplied: boolean;
}

/** JSON in which the same facts are the same text, whatever the order in which they were put together. */
function toStableJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === "object" && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

/**
 * The prompt as a model reads it: what was said before, one "role: content" per line, a blank line, the prompt; with a
 * context all of that behind "Context: {...}" and "Prompt: ". A last turn that is the prompt is left out of the history.
 * @source the original client (huggingface-client.ts), whose history held the prompt twice
 */
export function composePrompt(
  prompt: string,
  { context = {}, history = [] }: { context?: PromptContext | undefined; history?: readonly ChatTurn[] | undefined } = {},
): ComposedPrompt {
  const last = history.at(-1);
  const isRepeated = last?.role === "user" && last.content.trim() === prompt.trim();
  const earlier = isRepeated ? history.slice(0, -1) : history;
  const lines = earlier.map(({ role, content }) => `${role}: ${content}`).join("\n");
  const conversation = lines === "" ? prompt : `${lines}\n\n${prompt}`;
  const facts = Object.fromEntries(Object.entries(context).filter(([, value]) => value !== undefined && value !== null && value !== ""));
  if (Object.keys(facts).length === 0) return { text: conversation, contextApplied: false };
  return { text: `Context: ${toStableJson(facts)}\n\nPrompt: ${conversation}`, contextApplied: true };
}

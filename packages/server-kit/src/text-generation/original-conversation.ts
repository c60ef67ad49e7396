import type { ChatTurn, GenerationInput } from "@repo/contracts/generate-text";
import type { OriginalParameters } from "@repo/contracts/original-generation";

/** What the original's prompts are made of. */
export interface OriginalPrompt {
  /** The prompt as it was sent; undefined where messages came in its place. */
  prompt: string | undefined;
  messages: readonly ChatTurn[] | undefined;
  parameters: OriginalParameters;
  /** Whether the prompt is put as a person's message. */
  isChat: boolean;
}

/** The model's input, and which contexts are in it. */
export interface OriginalInput {
  input: GenerationInput;
  isContextApplied: boolean;
  isAbstractionApplied: boolean;
}

/**
 * Puts contexts and history before the prompt, as the original's Spaces were to do: a "Company Context" block, an
 * "Abstraction Context" block, what was said before, then the prompt. A model that understands conversations gets the
 * contexts as instructions and the history as turns.
 */
export function toOriginalInput({ prompt, messages, parameters, isChat }: OriginalPrompt): OriginalInput {
  const company = toBlock("Company Context", parameters.context);
  const abstraction = toBlock("Abstraction Context", parameters.abstraction_context);
  const history = toTurns(parameters.conversation_history, prompt);
  const said = typeof parameters.conversation_history === "string" ? toBlock("Conversation so far", parameters.conversation_history) : "";
  const instructions = [parameters.system_prompt?.trim() ?? "", company, abstraction, said].filter((block) => block !== "").join("\n\n");
  const facts = { isContextApplied: company !== "", isAbstractionApplied: abstraction !== "" };
  if (messages !== undefined || isChat) {
    const turns: ChatTurn[] = [...history, ...(messages ?? [{ role: "user", content: prompt ?? "" }])];
    return { ...facts, input: { messages: withInstructions(turns, instructions) } };
  }
  const lines = history.map(({ role, content }) => `${role}: ${content}`).join("\n");
  const parts = [instructions, lines, prompt ?? ""].filter((part) => part !== "");
  return { ...facts, input: { prompt: parts.join("\n\n") } };
}

function withInstructions(turns: ChatTurn[], instructions: string): ChatTurn[] {
  if (instructions === "") return turns;
  const [first, ...rest] = turns;
  // Two system turns in a row are more than some templates take.
  if (first?.role === "system") return [{ role: "system", content: `${first.content}\n\n${instructions}` }, ...rest];
  return [{ role: "system", content: instructions }, ...turns];
}

/** Facts as lines under a title; empty where there are none. */
function toBlock(title: string, context: string | Record<string, unknown> | null | undefined): string {
  const facts = typeof context === "string" ? parseFacts(context) : (context ?? {});
  if (typeof facts === "string") return facts === "" ? "" : `${title}:\n${facts}`;
  const lines = Object.entries(facts)
    .map(([name, value]) => [name, toText(value)] as const)
    .filter(([, text]) => text !== "")
    .map(([name, text]) => `- ${name}: ${text}`);
  return lines.length === 0 ? "" : [`${title}:`, ...lines].join("\n");
}

function parseFacts(text: string): string | Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : toText(value);
  } catch {
    return text.trim();
  }
}

function toText(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.map(toText).join(", ");
  return typeof value === "object" ? JSON.stringify(value) : String(value as string | number | boolean).trim();
}

/** The original's client puts the prompt into the history as well; it is not said twice. */
function toTurns(history: OriginalParameters["conversation_history"], prompt: string | undefined): ChatTurn[] {
  if (!Array.isArray(history)) return [];
  const turns = history.map((turn): ChatTurn =>
    typeof turn === "string" ? { role: "user", content: turn } : { role: toRole(turn.role), content: turn.content },
  );
  const last = turns.at(-1);
  return last?.role === "user" && last.content === prompt ? turns.slice(0, -1) : turns;
}

function toRole(role: string): ChatTurn["role"] {
  const word = role.toLowerCase();
  if (["assistant", "ai", "bot", "model"].includes(word)) return "assistant";
  return word === "system" ? "system" : "user";
}

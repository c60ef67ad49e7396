import type { Message } from "../../memories/memory-service.ts";

const turn = /^(user|assistant|system)\s*:\s*/i;

/**
 * A conversation as people write it: every line that starts with "user:", "assistant:" or "system:" is a new message, other
 * lines go on with the one before. Text before the first such line is the user's.
 */
export function parseConversation(text: string): Message[] {
  const messages: Message[] = [];
  for (const line of text.split(/\r?\n/)) {
    const role = turn.exec(line)?.[1]?.toLowerCase();
    const last = messages.at(-1);
    if (role !== undefined) messages.push({ role, content: line.replace(turn, "") });
    else if (last) last.content += `\n${line}`;
    else messages.push({ role: "user", content: line });
  }
  return messages.map(({ role, content }) => ({ role, content: content.trim() })).filter(({ content }) => content !== "");
}

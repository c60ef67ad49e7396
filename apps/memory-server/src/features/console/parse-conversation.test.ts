import { expect, test } from "vitest";
import { parseConversation } from "./parse-conversation.ts";

test("lines that name a speaker are messages, others go on with the one before", () => {
  expect(parseConversation("User: I moved to Oslo\nlast week.\n\nassistant:How nice!\nuser : Thanks: it is cold.")).toEqual([
    { role: "user", content: "I moved to Oslo\nlast week." },
    { role: "assistant", content: "How nice!" },
    { role: "user", content: "Thanks: it is cold." },
  ]);
});

test("text without a speaker is the user's, and empty messages are left out", () => {
  expect(parseConversation("just this")).toEqual([{ role: "user", content: "just this" }]);
  expect(parseConversation("user:\nassistant:  \n")).toEqual([]);
});

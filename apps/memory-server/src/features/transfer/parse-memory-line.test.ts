import { expect, test } from "vitest";
import { type ParsedLine, parseMemoryLine } from "./parse-memory-line.ts";

const parse = (fields: object, importUserId: string | null = null): ParsedLine =>
  parseMemoryLine({ line: 1, text: JSON.stringify(fields) }, importUserId);

test("what Mem0's get_all answers is read as it is", () => {
  const line = {
    id: "6F9619FF-8B86-4011-B42D-00C04FC964FF",
    memory: "Likes tea",
    hash: "abc",
    metadata: { topic: "food" },
    score: null,
    created_at: "2024-07-26T08:00:00.123456-07:00",
    updated_at: null,
    user_id: "ada",
    agent_id: null,
    actor_id: "Ada",
  };
  expect(parse(line)).toEqual({
    memory: {
      id: "6f9619ff-8b86-4011-b42d-00c04fc964ff",
      text: "Likes tea",
      userId: "ada",
      metadata: { actor_id: "Ada", topic: "food" },
      createdAt: "2024-07-26T15:00:00.123Z",
    },
  });
});

test("a moment without an offset is UTC, as Python means it", () => {
  const parsed = parse({ text: "a", user_id: "ada", created_at: "2024-07-26T08:00:00" });
  expect(parsed).toMatchObject({ memory: { createdAt: "2024-07-26T08:00:00.000Z" } });
});

test("lines that name no user get the import's, lines that name another are refused", () => {
  expect(parse({ data: "a", run_id: "r" }, "ada")).toEqual({ memory: { text: "a", userId: "ada", runId: "r" } });
  expect(parse({ data: "a", user_id: "bob" }, "ada")).toEqual({ problem: expect.stringContaining("another user") });
});

test.each([
  [{}, "no text"],
  [{ memory: "a" }, "names no user_id"],
  [{ memory: " ", user_id: "ada" }, "memory must not be empty"],
  [{ memory: "a\0b", user_id: "ada" }, "U+0000"],
  [{ memory: "a", user_id: "ada", metadata: { deep: ["\0"] } }, "U+0000"],
  [{ memory: "a", user_id: "ada", id: "12" }, "id must be a UUID"],
  [{ memory: "a", user_id: "ada", created_at: "yesterday" }, "created_at must be a moment"],
  [{ results: [] }, "one memory per line"],
  [[], "not a JSON object"],
])("%j is a problem that says what to do", (line, message) => {
  expect(parse(line)).toEqual({ problem: expect.stringContaining(message) });
});

test("half of an emoji is replaced, since databases store no half characters", () => {
  expect(parseMemoryLine({ line: 1, text: String.raw`{"memory": "a\ud83d", "user_id": "ada"}` }, null)).toMatchObject({
    memory: { text: "a\uFFFD" },
  });
});

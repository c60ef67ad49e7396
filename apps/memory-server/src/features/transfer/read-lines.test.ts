import { expect, test } from "vitest";
import { type FileLine, readLines } from "./read-lines.ts";

const limits = { maxBytes: 1_000, maxLines: 5, maxLineBytes: 10 };

async function read(chunks: (string | Uint8Array)[], changed: Partial<typeof limits> = {}): Promise<FileLine[]> {
  const bytes = async function* () {
    for (const chunk of chunks) yield await Promise.resolve(typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk);
  };
  const lines: FileLine[] = [];
  for await (const line of readLines(bytes(), { ...limits, ...changed })) lines.push(line);
  return lines;
}

test("lines are found wherever the chunks end, and numbered as an editor shows them", async () => {
  const expected = [
    { line: 1, text: "one" },
    { line: 3, text: "three" },
    { line: 4, text: "é" },
  ];
  const file = "one\r\n\nthree\né";
  expect(await read([file])).toEqual(expected);
  const bytes = new TextEncoder().encode(file);
  expect(await read(Array.from(bytes, (byte) => Uint8Array.of(byte)))).toEqual(expected);
});

test("a byte order mark is no part of the first line", async () => {
  expect(await read(["\uFEFF{}\n"])).toEqual([{ line: 1, text: "{}" }]);
});

test("a line that is too long or no text is a problem of that line only", async () => {
  const lines = await read(["x".repeat(11), "y\n", "short\n", Uint8Array.of(0xff, 0x0a)]);
  expect(lines.map(({ line, text, problem }) => [line, text ?? problem])).toEqual([
    [1, "The line is longer than 10 bytes."],
    [2, "short"],
    [3, "The line is not valid UTF-8."],
  ]);
});

test("a file over the limits is refused while it is being read", async () => {
  const refused = { code: "payload_too_large" };
  await expect(read(["a\n".repeat(6)])).rejects.toMatchObject(refused);
  await expect(read(["123456789\n"], { maxBytes: 9 })).rejects.toMatchObject(refused);
});

import { expect, test } from "vitest";
import { readEvents, type ServerEvent } from "./read-events.ts";

async function read(text: string, pieceLength: number): Promise<ServerEvent[]> {
  const bytes = new TextEncoder().encode(text);
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (let at = 0; at < bytes.length; at += pieceLength) controller.enqueue(bytes.slice(at, at + pieceLength));
      controller.close();
    },
  });
  const events: ServerEvent[] = [];
  for await (const event of readEvents(body)) events.push(event);
  return events;
}

test("events come whole, however the bytes are cut; comments are skipped, and what is cut off is no event", async () => {
  const text = ': still working\n\ndata: {"title":"Käse 💡"}\n\nevent: problem\ndata: one\ndata: two\n\ndata: cut off';
  for (const pieceLength of [1, 3, 7, 1_000]) {
    expect(await read(text, pieceLength)).toEqual([
      { name: "message", data: '{"title":"Käse 💡"}' },
      { name: "problem", data: "one\ntwo" },
    ]);
  }
});

import { expect, test } from "vitest";
import { maxChunksPerText, poolChunks, toChunks, toLongText, type LongTextFields, type LongTextPolicy } from "./long-texts.ts";

test.for<[LongTextFields, LongTextPolicy, LongTextPolicy]>([
  [{}, "truncate", "truncate"],
  [{}, "chunk", "chunk"],
  [{ truncate: null, long_text: null }, "refuse", "refuse"],
  [{ truncate: true }, "truncate", "truncate"],
  [{ truncate: true }, "refuse", "truncate"],
  [{ truncate: true }, "chunk", "chunk"],
  [{ truncate: false }, "chunk", "refuse"],
  [{ long_text: "chunk", truncate: false }, "truncate", "chunk"],
  [{ long_text: "chunk", truncate: true }, "truncate", "chunk"],
  [{ long_text: "truncate" }, "chunk", "truncate"],
  [{ long_text: "refuse", truncate: false }, "truncate", "refuse"],
])("%o, where the Space's own policy is %s, means %s", ([body, byDefault, policy]) => {
  expect(toLongText(body, byDefault)).toBe(policy);
});

test.for<[LongTextFields]>([[{ truncate: false, long_text: "truncate" }], [{ truncate: true, long_text: "refuse" }]])(
  "%o contradicts itself",
  ([body]) => {
    expect(() => toLongText(body)).toThrow(expect.objectContaining({ code: "invalid_request", details: { field: "long_text" } }));
  },
);

test("pieces cover the text, fit, are equally long, share an eighth, and are no more than needed", () => {
  for (const room of [1, 2, 7, 8, 30, 510]) {
    const overlap = Math.floor(room / 8);
    for (let length = room + 1; length <= overlap + (room - overlap) * maxChunksPerText; length += 1 + (length >> 5)) {
      const chunks = toChunks({ index: 0, length, tokens: length + 2 }, room);
      const sizes = new Set(chunks.map(({ start, end }) => end - start));
      expect([chunks[0]?.start, chunks.at(-1)?.end, sizes.size]).toEqual([0, length, 1]);
      expect(Math.max(...sizes)).toBeLessThanOrEqual(room);
      for (const [index, { end }] of chunks.slice(0, -1).entries()) {
        expect(end - (chunks[index + 1]?.start ?? 0)).toBeGreaterThanOrEqual(overlap);
      }
      expect((chunks.length - 1) * (room - overlap) + overlap).toBeLessThan(length);
    }
  }
});

test("a text that fits is one piece, and one of too many pieces is refused with the numbers", () => {
  expect(toChunks({ index: 0, length: 10, tokens: 12 }, 10)).toEqual([{ start: 0, end: 10 }]);
  expect(() => toChunks({ index: 3, length: 1000, tokens: 1002 }, 10)).toThrow(
    expect.objectContaining({ code: "input_too_long", details: { index: 3, tokens: 1002, chunks: 111, maxChunks: maxChunksPerText } }),
  );
});

test("pieces are averaged as unit vectors, and their lengths apart", () => {
  const { unit, norm } = poolChunks([
    { unit: Float32Array.of(1, 0), norm: 10 },
    { unit: Float32Array.of(0, 1), norm: 2 },
  ]);
  expect([...unit]).toEqual([Math.fround(Math.SQRT1_2), Math.fround(Math.SQRT1_2)]);
  expect(norm).toBe(6);
});

test("pieces without a common direction leave the first one's", () => {
  const opposite = [Float32Array.of(0, 1), Float32Array.of(0, -1)].map((unit) => ({ unit, norm: 1 }));
  expect([...poolChunks(opposite).unit]).toEqual([0, 1]);
});

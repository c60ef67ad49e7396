import { expect, test } from "vitest";
import { type CtcFrames, toCtcFrames } from "./ctc-frames.ts";
import { ctcLogLikelihood } from "./ctc-log-likelihood.ts";
import { voteBeam, voteList, voteLogLikelihood } from "./ctc-vote.ts";
import { scoreList } from "./score-list.ts";
import { varyCrop } from "./vary-crop.ts";

const alphabet = "ab";

function toFrames(rows: readonly (readonly number[])[]): CtcFrames {
  const classes = rows[0]?.length ?? 0;
  const tensor = { type: "float32" as const, data: Float32Array.from(rows.flat()), dims: [1, rows.length, classes] };
  return toCtcFrames(tensor, { batch: 1, classes })[0] as CtcFrames;
}

/** Two looks that lean to b, and one that is sure of a. */
const doubtful = toFrames([[0, 1, 1.2]]);
const sure = toFrames([[0, 5, 0]]);

test("a text's probability over several looks is the mean of its probabilities", () => {
  const p = (frames: CtcFrames, text: string): number => Math.exp(ctcLogLikelihood(frames, text, alphabet));
  for (const text of ["", "a", "b"]) {
    const expected = (2 * p(doubtful, text) + p(sure, text)) / 3;
    expect(Math.exp(voteLogLikelihood([doubtful, doubtful, sure], text, alphabet))).toBeCloseTo(expected, 9);
  }
});

test("one sure look outvotes two that can hardly tell, and one look alone is the plain search", () => {
  expect(voteBeam([doubtful], alphabet)[0]?.text).toBe("b");
  const [best, second] = voteBeam([doubtful, doubtful, sure], alphabet, { count: 2 });
  expect([best?.text, second?.text]).toEqual(["a", "b"]);
  expect(best?.logLikelihood).toBeCloseTo(voteLogLikelihood([doubtful, doubtful, sure], "a", alphabet), 9);
});

test("a list is scored over all looks, in the order of the result and with probabilities that add up", () => {
  const entries = ["b", "a", "ab", "c"];
  expect(voteList([doubtful], entries, alphabet)).toEqual(scoreList(doubtful, entries, alphabet));
  const scores = voteList([doubtful, doubtful, sure], entries, alphabet);
  expect(scores.map(({ entry }) => entry)).toEqual(["a", "b", "ab", "c"]);
  for (const { index, entry, logLikelihood } of scores) {
    expect(entries[index]).toBe(entry);
    expect(Math.exp(logLikelihood)).toBeCloseTo(Math.exp(voteLogLikelihood([doubtful, doubtful, sure], entry, alphabet)), 9);
  }
  expect(scores.reduce((sum, { posterior }) => sum + posterior, 0)).toBeCloseTo(1, 9);
});

test("a crop that is looked at as it is stays what it is", () => {
  const pixels = Float32Array.from({ length: 8 * 12 }, (_, index) => Math.sin(index));
  expect(varyCrop(pixels, 12, { narrow: 1, lower: 1, lean: 0 })).toEqual(pixels);
});

test("a narrowed crop keeps its left edge and has paper at its right, a leaned one moves its upper and lower half apart", () => {
  const pixels = new Float32Array(8 * 16).fill(-1);
  const narrowed = varyCrop(pixels, 16, { narrow: 2, lower: 1, lean: 0 });
  expect([...narrowed.subarray(0, 16)]).toEqual([...Array.from({ length: 8 }, () => -1), ...Array.from({ length: 8 }, () => 1)]);

  const column = new Float32Array(8 * 16).fill(1);
  for (let row = 0; row < 8; row += 1) column[row * 16 + 8] = -1;
  const leaned = varyCrop(column, 16, { narrow: 1, lower: 1, lean: 1 });
  const places = Array.from({ length: 8 }, (_, row) => {
    const line = leaned.subarray(row * 16, (row + 1) * 16);
    return line.reduce((sum, value, x) => sum + (1 - value) * x, 0) / line.reduce((sum, value) => sum + 1 - value, 0);
  });
  expect(places[0]).toBeCloseTo(11.5, 5);
  expect(places[7]).toBeCloseTo(4.5, 5);
});

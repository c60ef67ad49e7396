import { array, assert, double, property } from "fast-check";
import { expect, test } from "vitest";
import { ctcBeam } from "./ctc-beam.ts";
import { type CtcFrames, toCtcFrames } from "./ctc-frames.ts";
import { ctcGreedy } from "./ctc-greedy.ts";
import { ctcLogLikelihood } from "./ctc-log-likelihood.ts";
import { scoreList } from "./score-list.ts";

const alphabet = "ab";

function toFrames(rows: readonly (readonly number[])[]): CtcFrames {
  const classes = rows[0]?.length ?? 0;
  const [frames] = toCtcFrames(
    { type: "float32", data: Float32Array.from(rows.flat()), dims: [1, rows.length, classes] },
    { batch: 1, classes },
  );
  return frames as CtcFrames;
}

/** Every path there is, merged by the rules of CTC: what the algorithms must agree with. */
function enumerate({ steps, classes, logProbabilities }: CtcFrames, letters: string): Map<string, number> {
  const sums = new Map<string, number>();
  const walk = (step: number, text: string, last: number, probability: number): void => {
    if (step === steps) {
      sums.set(text, (sums.get(text) ?? 0) + probability);
      return;
    }
    for (let label = 0; label < classes; label += 1) {
      const next = label === 0 || label === last ? text : text + letters[label - 1];
      walk(step + 1, next, label, probability * Math.exp(logProbabilities[step * classes + label] as number));
    }
  };
  walk(0, "", 0, 1);
  return sums;
}

const logits = array(array(double({ min: -6, max: 6, noNaN: true }), { minLength: 3, maxLength: 3 }), {
  minLength: 1,
  maxLength: 6,
});

test("likelihoods equal the sums over all paths, and over all texts make 1", () => {
  assert(
    property(logits, (rows) => {
      const frames = toFrames(rows);
      let total = 0;
      for (const [text, probability] of enumerate(frames, alphabet)) {
        expect(Math.exp(ctcLogLikelihood(frames, text, alphabet))).toBeCloseTo(probability, 6);
        total += Math.exp(ctcLogLikelihood(frames, text, alphabet));
      }
      expect(total).toBeCloseTo(1, 5);
    }),
    { numRuns: 60 },
  );
});

test("a wide beam finds the most probable text of all", () => {
  assert(
    property(logits, (rows) => {
      const frames = toFrames(rows);
      const best = Math.max(...enumerate(frames, alphabet).values());
      const [first, second] = ctcBeam(frames, alphabet, { width: 64, count: 2 });
      expect(Math.exp(first?.logLikelihood as number)).toBeCloseTo(best, 6);
      expect(second === undefined || second.logLikelihood <= (first?.logLikelihood as number)).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("a beam keeps to a field's format", () => {
  const frames = toFrames([
    [0, 3, 1],
    [3, 0, 0],
    [0, 3, 1],
  ]);
  expect(ctcBeam(frames, alphabet)[0]?.text).toBe("aa");
  expect(ctcBeam(frames, alphabet, { allows: (prefix) => !prefix.includes("aa") })[0]?.text).toBe("a");
  expect(ctcBeam(frames, alphabet, { accepts: (text) => /^.b$/.test(text) }).map(({ text }) => text)).toEqual(["ab", "bb"]);
});

test("scoring a list gives the likelihood of each entry, sorted, whatever prefixes they share", () => {
  const entries = ["", "a", "b", "ab", "ba", "aa", "aab", "aba", "bbb", "abab", "a", "c", "aaaaaaaaaaaa"];
  assert(
    property(logits, (rows) => {
      const frames = toFrames(rows);
      const scores = scoreList(frames, entries, alphabet);
      expect(scores).toHaveLength(entries.length);
      for (const { index, entry, logLikelihood } of scores) {
        expect(entry).toBe(entries[index]);
        // As probabilities, so that no path at all compares too.
        expect(Math.exp(logLikelihood)).toBeCloseTo(Math.exp(ctcLogLikelihood(frames, entry, alphabet)), 9);
      }
      expect(scores.reduce((sum, { posterior }) => sum + posterior, 0)).toBeCloseTo(1, 6);
      expect(scores.every(({ logLikelihood }, place) => place === 0 || logLikelihood <= (scores[place - 1]?.logLikelihood as number))).toBe(
        true,
      );
    }),
    { numRuns: 60 },
  );
});

test("entries too improbable for a double still get their place", () => {
  const certain = Array.from({ length: 64 }, (_, step) => (step % 4 === 0 ? [-80, 0, -80] : [0, -80, -80]));
  const frames = toFrames(certain);
  const right = "a".repeat(16);
  const scores = scoreList(frames, ["b".repeat(16), "b", right, `${right.slice(1)}b`], alphabet);
  expect(scores.map(({ index }) => index)).toEqual([2, 3, 1, 0]);
  expect(scores[3]?.logLikelihood).toBeCloseTo(16 * -80, 0);
  expect(scores[0]?.posterior).toBeCloseTo(1, 9);
});

test("a list of which no entry can be spelt has no posterior", () => {
  const scores = scoreList(toFrames([[0, 0, 0]]), ["XY", "aaa"], alphabet);
  expect(scores.map(({ logLikelihood, posterior }) => [logLikelihood, posterior])).toEqual([
    [Number.NEGATIVE_INFINITY, 0],
    [Number.NEGATIVE_INFINITY, 0],
  ]);
  expect(scoreList(toFrames([[0, 0, 0]]), [], alphabet)).toEqual([]);
});

test("the greedy reading merges repetitions, drops blanks and says where each character begins", () => {
  const frames = toFrames([
    [0, 5, 0],
    [0, 5, 0],
    [5, 0, 0],
    [0, 5, 0],
    [0, 0, 5],
  ]);
  const reading = ctcGreedy(frames, alphabet);
  expect(reading).toMatchObject({ text: "aab", steps: [0, 3, 4] });
  expect(reading.pathLogProbability).toBeCloseTo(5 * Math.log(Math.exp(5) / (Math.exp(5) + 2)), 4);
});

test("logits are read batch first and time first, by their shape", () => {
  const data = Float32Array.from({ length: 2 * 4 * 3 }, (_, index) => Math.sin(index));
  const batchFirst = toCtcFrames({ type: "float32", data, dims: [2, 4, 3] }, { batch: 2, classes: 3 });
  const swapped = Float32Array.from(data, (_, index) => {
    const [step, row, label] = [Math.floor(index / 6), Math.floor(index / 3) % 2, index % 3];
    return data[(row * 4 + step) * 3 + label] as number;
  });
  expect(toCtcFrames({ type: "float32", data: swapped, dims: [4, 2, 3] }, { batch: 2, classes: 3 })).toEqual(batchFirst);
  expect(() => toCtcFrames({ type: "float32", data, dims: [2, 4, 3] }, { batch: 2, classes: 11 })).toThrow(/does not fit/);
  expect(() => toCtcFrames({ type: "float32", data: data.fill(Number.NaN), dims: [2, 4, 3] }, { batch: 2, classes: 3 })).toThrow(
    /not finite/,
  );
});

test("a temperature over 1 makes a reading less certain", () => {
  const tensor = { type: "float32" as const, data: Float32Array.of(0, 4, 0), dims: [1, 1, 3] };
  const [sharp] = toCtcFrames(tensor, { batch: 1, classes: 3 });
  const [soft] = toCtcFrames(tensor, { batch: 1, classes: 3, temperature: 2 });
  expect(Math.exp(ctcLogLikelihood(sharp as CtcFrames, "a", alphabet))).toBeCloseTo(Math.exp(4) / (Math.exp(4) + 2), 6);
  expect(Math.exp(ctcLogLikelihood(soft as CtcFrames, "a", alphabet))).toBeCloseTo(Math.exp(2) / (Math.exp(2) + 2), 6);
});

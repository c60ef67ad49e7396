import * as fc from "fast-check";
import { expect, test } from "vitest";
import { createSampler, type SamplerSettings, topTokens } from "./sampler.ts";
import { createRanking } from "./token-ranking.ts";

const neutral: SamplerSettings = {
  temperature: 1,
  topK: 0,
  topP: 1,
  minP: 0,
  repetitionPenalty: 1,
  frequencyPenalty: 0,
  presencePenalty: 0,
};

const sampler = (settings: Partial<SamplerSettings>, seed = 1) => createSampler({ settings: { ...neutral, ...settings }, seed, answer: 0 });

/** How often each token is drawn in so many steps of one answer. */
function count(settings: Partial<SamplerSettings>, logits: readonly number[], draws = 20_000): number[] {
  const counts = logits.map(() => 0);
  const drawing = sampler(settings);
  for (let step = 0; step < draws; step += 1) {
    counts[drawing.draw(Float32Array.from(logits)).token] = (counts[drawing.draw(Float32Array.from(logits)).token] as number) + 1;
    drawing.observe(0);
  }
  return counts;
}

/** The distribution by definition: sorted, filtered in transformers' order, scaled to one. */
function expected({ temperature, topK, topP, minP }: SamplerSettings, logits: readonly number[]): number[] {
  const exponentials = logits.map((logit) => Math.exp(logit / temperature));
  let kept = logits.map((_, token) => token).toSorted((a, b) => (logits[b] as number) - (logits[a] as number) || a - b);
  if (topK > 0) kept = kept.slice(0, topK);
  const sum = kept.reduce((total, token) => total + (exponentials[token] as number), 0);
  let mass = 0;
  kept = kept.filter((token) => {
    const before = mass;
    mass += (exponentials[token] as number) / sum;
    return before < topP - 1e-9;
  });
  kept = kept.filter(
    (token, place) => place === 0 || (exponentials[token] as number) / (exponentials[kept[0] as number] as number) >= minP - 1e-9,
  );
  const whole = kept.reduce((total, token) => total + (exponentials[token] as number), 0);
  return logits.map((_, token) => (kept.includes(token) ? (exponentials[token] as number) / whole : 0));
}

const logits = [2, 1.5, -0.5, 0, 3, -4, 1, 0.25];

test.each<Partial<SamplerSettings>>([
  {},
  { temperature: 0.5 },
  { temperature: 2 },
  { topK: 3 },
  { topP: 0.8 },
  { topP: 0.01 },
  { minP: 0.2 },
  { topK: 5, topP: 0.7, temperature: 1.5 },
  { topP: 0.9, minP: 0.1 },
])("tokens are drawn as the definition says with %o", (settings) => {
  const draws = 20_000;
  const counts = count(settings, logits, draws);
  const probabilities = expected({ ...neutral, ...settings }, logits);
  let chiSquared = 0;
  expect(counts.filter((times, token) => probabilities[token] === 0 && times > 0)).toEqual([]);
  for (const [token, probability] of probabilities.entries()) {
    if (probability > 0) chiSquared += ((counts[token] as number) - probability * draws) ** 2 / (probability * draws);
  }
  // Seven degrees of freedom at most: passed once in 10,000 times, and the draws are always the same.
  expect(chiSquared).toBeLessThan(29.9);
});

test("of equally likely tokens topP keeps as many as it takes, by number", () => {
  const counts = count(
    { topP: 0.5 },
    Array.from({ length: 300 }, () => 0),
    5000,
  );
  expect(counts.slice(0, 150).every((times) => times > 0)).toBe(true);
  expect(counts.slice(151).every((times) => times === 0)).toBe(true);
});

test("temperature 0 takes the likeliest token, the first of equals", () => {
  expect(sampler({ temperature: 0 }).draw(Float32Array.of(1, 5, 5, 2)).token).toBe(1);
});

test("a hardly positive temperature does not overflow", () => {
  expect(sampler({ temperature: 1e-30 }).draw(Float32Array.of(100, 5, -300)).token).toBe(0);
});

test("only allowed tokens are drawn and their probabilities sum to one", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 100 }),
      fc.nat(),
      fc.nat(),
      (values, bits, seed) => {
        const allowed = new Uint32Array(Math.ceil(values.length / 32));
        const tokens = values
          .map((_, token) => token)
          .filter((token) => ((bits >>> (token % 31)) & 1) === 1 || token === bits % values.length);
        for (const token of tokens) allowed[token >>> 5] = (allowed[token >>> 5] as number) | (1 << (token & 31));
        const row = Float32Array.from(values);
        const drawn = sampler({ temperature: 2 }, seed).draw(row, allowed);
        expect(tokens).toContain(drawn.token);
        const all = topTokens(row, values.length, drawn.logSum);
        expect(all.map(({ token }) => token).toSorted((a, b) => a - b)).toEqual(tokens);
        expect(all.reduce((sum, { logProbability }) => sum + Math.exp(logProbability), 0)).toBeCloseTo(1, 4);
      },
    ),
  );
});

test("logits without one finite number are an error, not a token", () => {
  for (const bad of [Float32Array.of(Number.NaN, Number.NaN), Float32Array.of(-Infinity), Float32Array.of(1, Infinity)]) {
    expect(() => sampler({}).draw(bad)).toThrow("no usable probabilities");
  }
  expect(() => sampler({}).draw(Float32Array.of(1, 2), Uint32Array.of(0))).toThrow("no usable probabilities");
});

test("the repetition penalty counts prompt and answer, the others the answer alone", () => {
  const row = () => Float32Array.of(2, -2, 1);
  const repeated = createSampler({ settings: { ...neutral, temperature: 0, repetitionPenalty: 2 }, seed: 1, answer: 0, prompt: [0, 1] });
  const penalised = row();
  repeated.draw(penalised);
  expect([...penalised]).toEqual([1, -4, 1]);

  const counted = createSampler({
    settings: { ...neutral, frequencyPenalty: 0.5, presencePenalty: 0.25 },
    seed: 1,
    answer: 0,
    prompt: [0, 1],
  });
  counted.observe(2);
  counted.observe(2);
  const written = row();
  counted.draw(written);
  expect([...written]).toEqual([2, -2, -0.25]);
});

test("a fork goes on from the same history with its own random numbers", () => {
  const original = sampler({ presencePenalty: 1 });
  original.observe(1);
  const same = original.fork(0);
  const other = original.fork(1);
  const draw = (from: typeof original) =>
    Array.from({ length: 40 }, () => {
      const { token } = from.draw(Float32Array.from(logits));
      from.observe(7);
      return token;
    });
  const first = draw(original);
  expect(draw(same)).toEqual(first);
  expect(draw(other)).not.toEqual(first);
});

test("ranking finds the largest in order", () => {
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(0, 1, 2, 3, Number.NEGATIVE_INFINITY), { maxLength: 60 }),
      fc.integer({ min: 0, max: 70 }),
      (values, size) => {
        const sorted = values
          .map((_, token) => token)
          .filter((token) => values[token] !== Number.NEGATIVE_INFINITY)
          .toSorted((a, b) => (values[b] as number) - (values[a] as number) || a - b);
        expect(createRanking(Float32Array.from(values), size)).toEqual(sorted.slice(0, size));
      },
    ),
  );
});

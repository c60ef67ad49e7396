/** Places of an encoder's layer where a linear layer reads its input. */
export const tapSites = ["attentionInput", "contextInput", "upInput", "downInput"] as const;

/** One of {@link tapSites}. */
export type TapSite = (typeof tapSites)[number];

/** Smallest and largest value of every channel, over all tokens that were seen. */
export interface ActivationRange {
  minimum: Float32Array;
  maximum: Float32Array;
}

/** The ranges of one encoder: by layer, then by site. */
export type ActivationRanges = readonly Readonly<Record<TapSite, ActivationRange>>[];

/** Runs the graph that `buildBertGraph` made with taps on one sequence of token ids and gives its outputs by name. */
export type RunTaps = (ids: readonly number[]) => Promise<Readonly<Record<string, Float32Array>>>;

/** Measures the ranges at all sites over `sequences`. */
export async function measureActivationRanges(
  layers: number,
  sequences: readonly (readonly number[])[],
  run: RunTaps,
): Promise<ActivationRanges> {
  const ranges: Record<TapSite, ActivationRange>[] = Array.from({ length: layers }, () => ({}) as Record<TapSite, ActivationRange>);
  for (const ids of sequences) {
    const outputs = await run(ids);
    for (const [layer, sites] of ranges.entries()) {
      for (const site of tapSites) {
        const minimum = outputs[tapName(layer, site, "minimum")] as Float32Array;
        const maximum = outputs[tapName(layer, site, "maximum")] as Float32Array;
        sites[site] = sites[site] === undefined ? { minimum, maximum } : union(sites[site], { minimum, maximum });
      }
    }
  }
  return ranges;
}

/** Name of the graph output with the smallest or largest value of every channel at a site. */
export function tapName(layer: number, site: TapSite, bound: keyof ActivationRange): string {
  return `tap.${layer}.${site}.${bound}`;
}

/** Names of all taps of an encoder. */
export function tapNames(layers: number): string[] {
  const bounds = ["minimum", "maximum"] as const;
  return Array.from({ length: layers }, (_, layer) =>
    tapSites.flatMap((site) => bounds.map((bound) => tapName(layer, site, bound))),
  ).flat();
}

/**
 * Sequences of random tokens between the two special ones, always the same: they visit far more of a model's range than
 * any small corpus does, single tokens above all, and need no text.
 */
export function makeRandomSequences(vocabularySize: number, first: number, last: number): number[][] {
  let state = 20_261_121;
  const random = (below: number): number => {
    // Numerical Recipes' linear congruential generator; only its upper bits are used.
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const lengths = [
    0,
    ...Array.from({ length: 60 }, (_, index) => 1 + (index % 12)),
    ...Array.from({ length: 60 }, (_, index) => 5 + (index % 40)),
  ];
  const mixed = lengths.map((length) => [first, ...Array.from({ length }, () => random(vocabularySize)), last]);
  const repeated = Array.from({ length: 40 }, (_, index) => [first, ...Array<number>((index % 5) + 1).fill(random(vocabularySize)), last]);
  return [...mixed, ...repeated];
}

function union(a: ActivationRange, b: ActivationRange): ActivationRange {
  return {
    minimum: a.minimum.map((value, channel) => Math.min(value, b.minimum[channel] as number)),
    maximum: a.maximum.map((value, channel) => Math.max(value, b.maximum[channel] as number)),
  };
}

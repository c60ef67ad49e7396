/** Places of an encoder's layer where a linear layer reads its input. */
export const tapSites = ["attentionInput", "contextInput", "upInput", "downInput"] as const;

/** One of {@link tapSites}. */
export type TapSite = (typeof tapSites)[number];

/** Smallest and largest value of every channel, over all tokens that were seen. */
export interface ActivationRange {
  minimum: Float32Array;
  maximum: Float32Array;
}

/** The ranges of one encoder: by layer, then by site; `head` where it has one: what the head reads. */
export interface ActivationRanges {
  layers: readonly Readonly<Record<TapSite, ActivationRange>>[];
  head?: ActivationRange;
}

/** Runs a graph that was made with taps on one sample (a sequence of token ids, an image) and gives its outputs by name. */
export type RunTaps<Sample> = (sample: Sample) => Promise<Readonly<Record<string, Float32Array>>>;

/** What decides which taps an encoder has. */
export interface TappedEncoder {
  layers: number;
  hasHead: boolean;
}

/** Measures the ranges at all sites over `samples`. */
export async function measureActivationRanges<Sample>(
  encoder: TappedEncoder,
  samples: Iterable<Sample>,
  run: RunTaps<Sample>,
): Promise<ActivationRanges> {
  const seen = new Map<string, ActivationRange>();
  for (const sample of samples) {
    const outputs = await run(sample);
    for (const tap of listTaps(encoder)) {
      const range = { minimum: outputs[boundName(tap, "minimum")], maximum: outputs[boundName(tap, "maximum")] } as ActivationRange;
      const before = seen.get(tap);
      seen.set(tap, before === undefined ? range : union(before, range));
    }
  }
  const of = (tap: string): ActivationRange => seen.get(tap) as ActivationRange;
  const layers = Array.from(
    { length: encoder.layers },
    (_, layer) => Object.fromEntries(tapSites.map((site) => [site, of(tapName(layer, site))])) as Record<TapSite, ActivationRange>,
  );
  return encoder.hasHead ? { layers, head: of(headTap) } : { layers };
}

/** The tap where the head reads. */
export const headTap = "tap.head";

/** The tap of a site of a layer. */
export function tapName(layer: number, site: TapSite): string {
  return `tap.${layer}.${site}`;
}

/** Name of the graph output with the smallest or largest value of every channel at a tap. */
export function boundName(tap: string, bound: keyof ActivationRange): string {
  return `${tap}.${bound}`;
}

/** Names of all outputs that the taps of an encoder add. */
export function tapOutputNames(encoder: TappedEncoder): string[] {
  return listTaps(encoder).flatMap((tap) => [boundName(tap, "minimum"), boundName(tap, "maximum")]);
}

function listTaps({ layers, hasHead }: TappedEncoder): string[] {
  const taps = Array.from({ length: layers }, (_, layer) => tapSites.map((site) => tapName(layer, site))).flat();
  return hasHead ? [...taps, headTap] : taps;
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

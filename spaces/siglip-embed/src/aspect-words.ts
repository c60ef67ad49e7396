import { createHash } from "node:crypto";
import { aspects, type Aspect } from "@repo/contracts/visual-embedding";

/** The words of an aspect, and the sentences they are put into; a word's vector is the mean of its sentences'. */
export interface AspectWords {
  words: readonly string[];
  sentences: readonly string[];
}

/**
 * What surfaces are described by. All are words that the pocket model has read (models/pocket-siglip/training/words.py): one that it
 * has not points anywhere. The order is part of the revision.
 */
export const aspectWords: Readonly<Record<Aspect, AspectWords>> = {
  color: {
    words: (
      "white|cream|beige|tan|brown|dark brown|light grey|grey|charcoal|black|red|burgundy|terracotta|orange|yellow|mustard|olive|green|" +
      "dark green|mint|sage|teal|turquoise|light blue|blue|navy|purple|lavender|pink"
    ).split("|"),
    sentences: ["{}", "the colour {}", "a {} surface"],
  },
  texture: {
    words: (
      "plain|striped|checked|herringbone|chevron|floral|geometric|hexagonal|dotted|speckled|veined|woven|grained|planked|grid|" +
      "running bond|scalloped|quilted|plaid|corrugated|perforated|fluted|slatted"
    ).split("|"),
    sentences: ["{}", "{} pattern", "a {} texture"],
  },
  material: {
    words: (
      "wood|stone|marble|granite|terrazzo|concrete|ceramic tile|brick|fabric|leather|metal|glass|plaster|carpet|cork|rattan|wallpaper|" +
      "oak|walnut|slate|linen|velvet|copper|brass|steel"
    ).split("|"),
    sentences: ["{}", "made of {}", "{} material"],
  },
  style: {
    words: "modern|rustic|industrial|classic|mid-century|scandinavian|art deco|bohemian|minimalist".split("|"),
    sentences: ["{} style", "in {} style", "{} interior"],
  },
};

/** Changes with whatever changes an aspect vector of the same model. */
const methodVersion = 3;

/** Hash of words, sentences and method: aspect vectors of the same model and revision are comparable. */
export const aspectRevision: string = createHash("sha256")
  .update(JSON.stringify([methodVersion, aspects.map((aspect) => aspectWords[aspect])]))
  .digest("hex")
  .slice(0, 16);

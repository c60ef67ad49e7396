import { isTier, tierWords } from "../../language-models/tiers.ts";
import type { MarketFocus, Mode } from "./idea-brief.ts";
import type { Authorship, IdeaOrigin } from "./schema.ts";

const originWords: Readonly<Record<IdeaOrigin, string>> = {
  generate: "Generated",
  market: "Market focus",
  refine: "Refined",
  variation: "Variation",
  merge: "Merged",
  hand: "By hand",
};

/** Where an idea comes from, for people. */
export const toOriginWord = (origin: IdeaOrigin): string => originWords[origin];

/** What each mode is called, and what it does. */
export const modeWords: Readonly<Record<Mode, { title: string; use: string; submit: string }>> = {
  generate: { title: "Generate", use: "Ideas on a topic, an industry or a problem.", submit: "Write ideas" },
  market: { title: "Market focus", use: "Ideas for the customers of one market.", submit: "Write ideas" },
  refine: { title: "Refine", use: "One idea, changed as you say. The original stays.", submit: "Refine it" },
};

/** What each focus means. */
export const focusWords: Readonly<Record<MarketFocus, { title: string; use: string }>> = {
  existing: { title: "Existing", use: "customers you already serve" },
  adjacent: { title: "Adjacent", use: "customers near to those" },
  new: { title: "New", use: "customers you do not serve yet" },
};

/** Name of a tier, or of the model in this process, in the middle of a sentence. */
export function toTierName(tier: string): string {
  if (tier === "local") return "the model in this process";
  return isTier(tier) ? `the ${tierWords[tier].title.toLowerCase()} tier` : `the tier ${tier}`;
}

/** Who wrote an idea, and why not the tier that was asked; null where that one did. */
export function toAuthorLine(authorship: Authorship | null): { text: string; cause: string | null } {
  if (authorship === null) return { text: "Written by hand", cause: null };
  const { asked, answered, model, failed } = authorship;
  const by = `${toTierName(answered)} (${model})`;
  if (asked === answered || failed.length === 0) return { text: `Written by ${by}`, cause: null };
  const cause = failed.map(({ tier, reason }) => `${toTierName(tier)}: ${reason}`).join(" ");
  return { text: `Written by ${by} in place of ${toTierName(asked)}`, cause: `${cause.charAt(0).toUpperCase()}${cause.slice(1)}` };
}

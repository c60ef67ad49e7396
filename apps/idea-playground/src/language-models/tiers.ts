/** Who a prompt is meant for. Each tier has a Space of its own, or none. */
export const tiers = ["base", "company", "abstraction", "user"] as const;

/** One of {@link tiers}. */
export type Tier = (typeof tiers)[number];

/** What a tier is for, for people. */
export const tierWords: Readonly<Record<Tier, { title: string; use: string }>> = {
  base: { title: "Base", use: "General questions; also answers for every other tier that cannot." },
  company: { title: "Company", use: "Knows the company: its name, its industry, its own words." },
  abstraction: { title: "Abstraction", use: "Patterns across industries; the strongest model, for difficult questions." },
  user: { title: "User", use: "Speaks as one person would." },
};

/** Whether a text is the name of a tier. */
export function isTier(name: unknown): name is Tier {
  return tiers.includes(name as Tier);
}

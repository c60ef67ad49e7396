import { z } from "zod";
import type { Tier } from "../language-models/tiers.ts";

/** Switches of the app, with their defaults. The names are the original's; another row's other names are left alone. */
export const featureFlags = {
  useHuggingFaceSpaces: { default: true, title: "Spaces", use: "Ask the tiers' Spaces. Off: only the model in this process answers." },
  useMultiTieredAI: { default: true, title: "Four tiers", use: "Off: every question goes to the default tier." },
  useHFBaseModel: { default: true, title: "Base tier", use: "Ask the base tier's Space." },
  useHFCompanyModel: { default: true, title: "Company tier", use: "Ask the company tier's Space." },
  useHFAbstractionModel: { default: true, title: "Abstraction tier", use: "Ask the abstraction tier's Space." },
  useHFUserModel: { default: true, title: "User tier", use: "Ask the user tier's Space." },
  useLocalModel: { default: true, title: "Model in this process", use: "Answer with the pocket model where no Space can." },
} as const satisfies Record<string, { default: boolean; title: string; use: string }>;

/** One of {@link featureFlags}. */
export type FeatureFlag = keyof typeof featureFlags;

/** Every switch. */
export type FeatureFlags = Readonly<Record<FeatureFlag, boolean>>;

/** The switch of a tier. */
export const flagOfTier: Readonly<Record<Tier, FeatureFlag>> = {
  base: "useHFBaseModel",
  company: "useHFCompanyModel",
  abstraction: "useHFAbstractionModel",
  user: "useHFUserModel",
};

/** Names under which the original also wrote a switch down: its defaults file and its code did not agree. */
const olderNames: Partial<Record<FeatureFlag, string>> = { useMultiTieredAI: "multiTieredAI" };

/** The row feature_flags: name -> {enabled, visible}. */
export const storedFlags = z.record(
  z.string(),
  z.looseObject({
    enabled: z.boolean().describe("Whether the feature is on."),
    visible: z.boolean().optional().describe("Whether people see its switch. Default true."),
  }),
);

/** The names of all switches. */
export const flagNames = Object.keys(featureFlags) as FeatureFlag[];

/** Switches as they are stored; what is not, or not readable, has its default. */
export function readFlags(value: unknown): FeatureFlags {
  const stored = storedFlags.safeParse(value).data ?? {};
  const read = (flag: FeatureFlag): boolean => {
    const older = olderNames[flag];
    return (stored[flag] ?? (older === undefined ? undefined : stored[older]))?.enabled ?? featureFlags[flag].default;
  };
  return Object.fromEntries(flagNames.map((flag) => [flag, read(flag)])) as unknown as FeatureFlags;
}

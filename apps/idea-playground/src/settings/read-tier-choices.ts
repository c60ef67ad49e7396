import type { Config } from "../config.ts";
import { type Tier, tiers, tierWords } from "../language-models/tiers.ts";
import { flagOfTier } from "./feature-flags.ts";
import type { StoredSettings } from "./settings-store.ts";
import { readEnvironmentUrls } from "./tier-targets.ts";

/** A tier that may be asked, for people who choose one. */
export interface TierOption {
  tier: Tier;
  title: string;
  use: string;
  isDefault: boolean;
  /** Without a Space of its own it is answered by base. */
  hasSpace: boolean;
}

/** The tiers that may be asked now: all that are switched on, or the default one where four tiers are not wanted. */
export function readTierChoices({ spaces, flags }: StoredSettings, config: Config): TierOption[] {
  const urls = readEnvironmentUrls(config);
  const isOn = (tier: Tier): boolean => tier === spaces.default_tier || (flags.useMultiTieredAI && flags[flagOfTier[tier]]);
  const spacesAreOn = spaces.enabled && flags.useHuggingFaceSpaces;
  return tiers.filter(isOn).map((tier) => {
    const hasAddress = spaces.spaces[tier].space_url !== "" || urls[tier] !== undefined;
    return {
      tier,
      ...tierWords[tier],
      isDefault: tier === spaces.default_tier,
      hasSpace: spacesAreOn && flags[flagOfTier[tier]] && hasAddress,
    };
  });
}

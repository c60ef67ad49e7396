import { Moment } from "@repo/app-kit/moment";
import { Notice } from "@repo/app-kit/notice";
import { type Tier, tiers, tierWords } from "../../language-models/tiers.ts";
import { featureFlags, type FeatureFlags, flagNames } from "../../settings/feature-flags.ts";
import { type ShownTier, TierForm } from "./tier-form.tsx";

/** What {@link SettingsPage} shows. */
export interface SettingsPageProps {
  isEnabled: boolean;
  defaultTier: Tier;
  flags: FeatureFlags;
  tiers: readonly ShownTier[];
  keepsTokens: boolean;
  updatedAt: Date | undefined;
  /** Name of what a form has done. */
  notice: string | undefined;
}

const notices: Readonly<Record<string, string>> = {
  spaces: "Saved.",
  flags: "Switches saved.",
  wire: "Endpoint and body saved.",
  ...Object.fromEntries(tiers.map((tier) => [`tier-${tier}`, `${tierWords[tier].title} saved.`])),
};

/** The settings of the four tiers. */
export function SettingsPage(props: SettingsPageProps) {
  return (
    <>
      <h1>Settings</h1>
      <Notice text={props.notice === undefined ? undefined : notices[props.notice]} />
      <form method="post" action="/settings/spaces" class="settings-line">
        <label>
          <input type="checkbox" name="enabled" role="switch" checked={props.isEnabled} /> Ask Spaces
        </label>
        <label>
          Default tier
          <select name="default_tier">
            {tiers.map((tier) => (
              <option value={tier} selected={tier === props.defaultTier}>
                {tierWords[tier].title}
              </option>
            ))}
          </select>
        </label>
        <button type="submit">Save</button>
      </form>
      <p class="note">
        A tier that cannot answer is stood in for by base, then by the model in this process; every answer says who gave it.
        {props.updatedAt === undefined ? null : (
          <>
            {" "}
            Changed <Moment at={props.updatedAt} />.
          </>
        )}
      </p>
      {props.tiers.map((shown) => (
        <TierForm shown={shown} keepsTokens={props.keepsTokens} />
      ))}
      <section aria-labelledby="switches">
        <h2 id="switches">Switches</h2>
        <form method="post" action="/settings/flags">
          {flagNames.map((flag) => (
            <label>
              <input type="checkbox" name={flag} role="switch" checked={props.flags[flag]} /> <strong>{featureFlags[flag].title}</strong>{" "}
              <span class="note">{featureFlags[flag].use}</span>
            </label>
          ))}
          <button type="submit">Save switches</button>
        </form>
      </section>
    </>
  );
}

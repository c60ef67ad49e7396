import { bodyFormats } from "@repo/client-kit/inputs-wire";
import { type Tier, tierWords } from "../../language-models/tiers.ts";
import type { StoredTier } from "../../settings/spaces-settings.ts";

/** A tier's settings as a page shows them: never the token. */
export interface ShownTier extends Pick<
  StoredTier,
  "space_url" | "api_endpoint" | "model_version" | "input_format" | "staging_url" | "staging_percent"
> {
  tier: Tier;
  /** none: no token · stored: one is kept · unreadable: one is kept that was encrypted with another SECRET_KEY. */
  token: "none" | "stored" | "unreadable";
  /** Address that the environment gives, where the settings name none. */
  environmentUrl: string | undefined;
  isOn: boolean;
}

const tokenWords = { none: "none", stored: "•••••••• (stored)", unreadable: "stored, but not readable with this SECRET_KEY" };

function TokenField({ shown, keepsTokens }: { shown: ShownTier; keepsTokens: boolean }) {
  return (
    <div>
      <label>
        Access token
        <input
          type="password"
          name="token"
          autocomplete="off"
          placeholder={tokenWords[shown.token]}
          disabled={!keepsTokens}
          aria-describedby={`token-${shown.tier}`}
        />
      </label>
      <small id={`token-${shown.tier}`}>
        {keepsTokens
          ? "For a private Space: a Hugging Face token that may read it. It is kept encrypted and never shown again."
          : "Set SECRET_KEY where this app runs, and tokens can be stored here."}
      </small>
      {shown.token === "none" ? null : (
        <label>
          <input type="checkbox" name="forget_token" /> Forget the stored token
        </label>
      )}
    </div>
  );
}

function StagingFields({ shown }: { shown: ShownTier }) {
  return (
    <details open={shown.staging_url !== ""}>
      <summary>A second Space (staging, A/B split)</summary>
      <div class="tier-fields">
        <label>
          Staging URL
          <input name="staging_url" value={shown.staging_url} inputmode="url" autocapitalize="none" spellcheck={false} />
        </label>
        <label>
          Share of the questions, per cent
          <input type="number" name="staging_percent" min="0" max="100" step="any" value={shown.staging_percent} />
        </label>
      </div>
    </details>
  );
}

/** Form of one tier's settings, with its connection test. */
export function TierForm({ shown, keepsTokens }: { shown: ShownTier; keepsTokens: boolean }) {
  const { tier } = shown;
  const { title, use } = tierWords[tier];
  const action = `/settings/tiers/${tier}`;
  return (
    <section class="tier" id={`tier-${tier}`} aria-labelledby={`title-${tier}`}>
      <h2 id={`title-${tier}`}>
        {title} {shown.isOn ? null : <small>switched off</small>}
      </h2>
      <p class="note">{use}</p>
      <form method="post" action={action} data-check={`${action}/test`}>
        <label>
          Space URL
          <input
            name="space_url"
            value={shown.space_url}
            placeholder={shown.environmentUrl ?? "https://huggingface.co/spaces/user/name"}
            inputmode="url"
            autocapitalize="none"
            spellcheck={false}
            aria-describedby={`url-${tier}`}
          />
        </label>
        <small id={`url-${tier}`}>
          {shown.space_url === "" && shown.environmentUrl !== undefined
            ? `From the environment: ${shown.environmentUrl}. What you set here wins.`
            : "user/name, its page on the Hub, https://user-name.hf.space or the URL of your own server."}
        </small>
        <div class="tier-fields">
          <label>
            Endpoint
            <input name="api_endpoint" value={shown.api_endpoint} autocapitalize="none" spellcheck={false} />
          </label>
          <label>
            Body
            <select name="input_format">
              {["", ...Object.keys(bodyFormats)].map((format) => (
                <option value={format} selected={format === shown.input_format}>
                  {format === "" ? "found out" : format}
                </option>
              ))}
            </select>
          </label>
          <label>
            Model version
            <input name="model_version" value={shown.model_version} placeholder="for your own records" />
          </label>
        </div>
        <TokenField shown={shown} keepsTokens={keepsTokens} />
        <StagingFields shown={shown} />
        <p class="tier-actions">
          <button type="submit">Save</button>
          <button type="submit" class="secondary" formaction={`${action}/test`} name="variant" value="live">
            Test connection
          </button>
          {shown.staging_url === "" ? null : (
            <button type="submit" class="secondary" formaction={`${action}/test`} name="variant" value="staging">
              Test staging
            </button>
          )}
        </p>
      </form>
      <div class="check-result" aria-live="polite"></div>
    </section>
  );
}

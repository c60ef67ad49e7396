import { parseSpaceAddress } from "@repo/client-kit/space-address";
import { CodedError } from "@repo/contracts/coded-error";
import { Secret } from "@repo/server-kit/secret";
import { isTier, type Tier, tiers } from "../../language-models/tiers.ts";
import type { StoredSettings, TierChange } from "../../settings/settings-store.ts";
import { storedTier } from "../../settings/spaces-settings.ts";
import { findEnvironmentToken, type TierTarget, toTierTargets } from "../../settings/tier-targets.ts";
import type { SettingsParts } from "./settings-parts.ts";

/** The tier in an address. @throws CodedError not_found */
export function readTier(name: string | undefined): Tier {
  if (!isTier(name)) throw new CodedError("not_found", `There is no such tier; there are ${tiers.join(", ")}.`);
  return name;
}

/** Fields of a form by name. */
type ReadField = (name: string) => string | undefined;

/** A tier's settings as a form has them. A token that is not typed stays as it is. @throws CodedError invalid_request */
export function readTierForm(read: ReadField): TierChange {
  const percent = Number(read("staging_percent") ?? "0");
  const given = {
    space_url: read("space_url") ?? "",
    api_endpoint: (read("api_endpoint") ?? "").trim() === "" ? undefined : read("api_endpoint"),
    model_version: read("model_version") ?? "",
    input_format: read("input_format") ?? "",
    staging_url: read("staging_url") ?? "",
    staging_percent: Number.isFinite(percent) ? percent : -1,
  };
  const parsed = storedTier.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw new CodedError("invalid_request", `${fieldWords[String(issue?.path[0])] ?? "The form"}: ${issue?.message ?? "not usable"}`);
  }
  const { auth_token: _, ...change } = parsed.data;
  const token = read("token")?.trim() ?? "";
  if (token !== "") return { ...change, token };
  return read("forget_token") === undefined ? change : { ...change, token: "" };
}

const fieldWords: Readonly<Record<string, string>> = {
  space_url: "Space URL",
  api_endpoint: "Endpoint",
  model_version: "Model version",
  input_format: "Body",
  staging_url: "Staging URL",
  staging_percent: "Share of the questions",
};

function isSameServer(one: string, other: string): boolean {
  return parseSpaceAddress(one).baseUrl === parseSpaceAddress(other).baseUrl;
}

/**
 * What a form's Space is reached by, without saving it. The stored token goes only to the server that it is stored for;
 * another address is tested with the token that was typed, or none.
 * @throws CodedError invalid_request for a form that cannot be used, or without an address
 */
export function toTestTarget(
  tier: Tier,
  { read, settings, parts }: { read: ReadField; settings: StoredSettings; parts: Pick<SettingsParts, "config" | "store"> },
): TierTarget {
  const { token, ...change } = readTierForm(read);
  const stored = settings.spaces.spaces[tier];
  const changed: StoredSettings = {
    ...settings,
    spaces: { ...settings.spaces, spaces: { ...settings.spaces.spaces, [tier]: { ...stored, ...change } } },
  };
  const variant = read("variant") === "staging" ? "staging" : "live";
  const target = toTierTargets(tier, changed, parts)[variant];
  if (target === undefined) throw new CodedError("invalid_request", "Set the address of a Space first.");
  const known = toTierTargets(tier, settings, parts);
  const isKnown = [known.live, known.staging].some((saved) => saved !== undefined && isSameServer(saved.url, target.url));
  if (token !== undefined && token !== "") return { ...target, token: new Secret(token) };
  if (token === undefined && isKnown) return target;
  return { ...target, token: findEnvironmentToken(parts.config, target.url) };
}

import { isBodyFormat, type BodyFormat } from "@repo/client-kit/inputs-wire";
import { parseSpaceAddress } from "@repo/client-kit/space-address";
import type { Secret } from "@repo/server-kit/secret";
import type { Config } from "../config.ts";
import type { Tier } from "../language-models/tiers.ts";
import type { SettingsStore, StoredSettings } from "./settings-store.ts";
import { defaultEndpoint } from "./spaces-settings.ts";

/** Where a tier is reached. */
export interface TierTarget {
  tier: Tier;
  variant: "live" | "staging";
  url: string;
  endpoint: string;
  format: BodyFormat | undefined;
  token: Secret | undefined;
  /** Key of the Space itself. */
  apiKey: Secret | undefined;
  modelVersion: string | undefined;
  /** settings: a person has set the address; environment: a variable has. */
  source: "settings" | "environment";
}

const isAddress = /[/:.]/;

/** A name within HUGGINGFACE_ORG, or an address as it is; a name without its organisation is none. */
function toAddress(value: string | undefined, organisation: string | undefined): string | undefined {
  if (value === undefined || isAddress.test(value)) return value;
  return organisation === undefined ? undefined : `${organisation}/${value}`;
}

/** The Spaces that the environment names. */
export function readEnvironmentUrls(config: Config): Readonly<Record<Tier, string | undefined>> {
  const { HUGGINGFACE_ORG: organisation } = config;
  return {
    base: config.LLM_SPACE_URL ?? config.LLM_SERVICE_URL ?? toAddress(config.HF_BASE_SPACE, organisation),
    company: toAddress(config.HF_COMPANY_SPACE, organisation),
    abstraction: toAddress(config.HF_ABSTRACTION_SPACE, organisation),
    user: toAddress(config.HF_USER_SPACE, organisation),
  };
}

/** The environment's token, for Spaces on the Hub only: no other server is to see it. */
export function findEnvironmentToken(config: Config, url: string): Secret | undefined {
  return new URL(parseSpaceAddress(url).baseUrl).hostname.endsWith(".hf.space") ? config.HUGGINGFACE_API_KEY : undefined;
}

/** The Spaces of a tier: its own, and the second one of an A/B split. The settings win over the environment. */
export function toTierTargets(
  tier: Tier,
  settings: StoredSettings,
  { config, store }: { config: Config; store: Pick<SettingsStore, "openToken"> },
): { live: TierTarget | undefined; staging: TierTarget | undefined; stagingShare: number } {
  const stored = settings.spaces.spaces[tier];
  const environment = readEnvironmentUrls(config)[tier];
  const common = {
    tier,
    endpoint: stored.api_endpoint,
    format: isBodyFormat(stored.input_format) ? stored.input_format : undefined,
    apiKey: config.HF_SPACE_API_KEY,
    modelVersion: stored.model_version === "" ? undefined : stored.model_version,
  };
  const url = stored.space_url === "" ? environment : stored.space_url;
  const source = stored.space_url === "" ? ("environment" as const) : ("settings" as const);
  const hasStaging = stored.staging_url !== "";
  const token = store.openToken(settings, tier);
  const toToken = (address: string): Secret | undefined => token ?? findEnvironmentToken(config, address);
  const staging = stored.staging_url;
  return {
    live: url === undefined ? undefined : { ...common, token: toToken(url), variant: "live", url, source },
    staging: hasStaging ? { ...common, token: toToken(staging), variant: "staging", url: staging, source: "settings" } : undefined,
    stagingShare: hasStaging ? stored.staging_percent / 100 : 0,
  };
}

/** The Space that TEST_SPACE_URL names, for a test without settings. */
export function toTestVariables(config: Config): TierTarget | undefined {
  const { TEST_SPACE_URL: url } = config;
  if (url === undefined) return undefined;
  return {
    tier: "base",
    variant: "live",
    url,
    endpoint: config.TEST_API_ENDPOINT ?? defaultEndpoint,
    format: undefined,
    token: config.TEST_AUTH_TOKEN,
    apiKey: config.HF_SPACE_API_KEY,
    modelVersion: undefined,
    source: "environment",
  };
}

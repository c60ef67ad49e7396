import type { CallContext } from "@repo/contracts/call-context";
import type { LanguageModelInfo, TextGenerator } from "@repo/contracts/generate-text";
import type { Config } from "../config.ts";
import { flagOfTier } from "../settings/feature-flags.ts";
import type { SettingsStore, StoredSettings } from "../settings/settings-store.ts";
import { type TierTarget, toTierTargets } from "../settings/tier-targets.ts";
import { isSameTarget, type LocalModel, type Spaces } from "../spaces.ts";
import type { Answerer, OpenModel } from "./answerer.ts";
import { chooseVariant } from "./choose-variant.ts";
import type { FailedAttempt } from "./language-model.ts";
import type { Tier } from "./tiers.ts";

/** What {@link findAnswerers} works with. */
export interface AnswererParts {
  config: Config;
  store: Pick<SettingsStore, "openToken">;
  spaces: Spaces;
}

/** Who is asked in turn. */
export interface FoundAnswerers {
  /** Tier that is meant: another than the one that was named where the four tiers are switched off. */
  tier: Tier;
  answerers: Answerer[];
  /** Who would be asked if there were a Space, or it were switched on. */
  before: FailedAttempt[];
  variant: "live" | "staging";
}

/** Answer's length of servers that do not tell their own, tokens. @source the original client */
const originalNewTokens = 1024;
/** How long a model's facts hold, milliseconds: another one may be served at the same address. */
const infoLifetimeMs = 60_000;

/** The facts of a model, asked for once a minute. */
function createInfoReader(): (generator: TextGenerator, context: CallContext) => Promise<LanguageModelInfo> {
  const known = new WeakMap<TextGenerator, { info: LanguageModelInfo; at: number }>();
  return async (generator, context) => {
    const held = known.get(generator);
    if (held !== undefined && Date.now() - held.at < infoLifetimeMs) return held.info;
    const info = await generator.info(context);
    known.set(generator, { info, at: Date.now() });
    return info;
  };
}

const readInfo = createInfoReader();

function toSpaceAnswerer(target: TierTarget, spaces: Spaces): Answerer {
  const { space, generator } = spaces.connect(target);
  const explainDown = (): string | undefined => {
    const { state, circuit, reason } = space.getState();
    if (state !== "warming" && state !== "down" && circuit !== "open") return undefined;
    space.wake();
    if (state === "warming") return `The Space is waking up${reason === undefined ? "." : ` (${reason.replace(/\.$/, "")}).`}`;
    return reason ?? "The Space failed several times in a row and is left alone for a moment.";
  };
  return {
    tier: target.tier,
    variant: target.variant,
    modelVersion: target.modelVersion,
    explainDown,
    onAsleep: (listener) =>
      space.subscribe(({ state, attempts, reason }) => {
        // The first look may find it awake: a connection that was cut, say.
        if (state === "down" || (state === "warming" && attempts > 0)) listener(reason ?? "The Space is asleep.");
      }),
    isAwake: () => space.getState().state === "awake",
    open: async (context): Promise<OpenModel> => {
      const wire = await generator.detect(context);
      const info = await readInfo(generator, context);
      return {
        ...toModelFacts(info),
        generator,
        constrains: wire.constrains,
        drawsSeveral: wire.drawsSeveral,
        streams: wire.streams,
        defaultNewTokens: wire.kind === "outpost" ? undefined : originalNewTokens,
      };
    },
  };
}

function toModelFacts(info: LanguageModelInfo) {
  const { model, revision, hasChatTemplate, contextTokens, maxNewTokens } = info;
  return { model, revision, hasChatTemplate, contextTokens, maxNewTokens };
}

function toLocalAnswerer(local: LocalModel): Answerer {
  return {
    tier: "local",
    variant: "live",
    modelVersion: undefined,
    explainDown: () => undefined,
    onAsleep: () => () => undefined,
    isAwake: () => true,
    open: async (context): Promise<OpenModel> => {
      const generator = await local.load();
      const info = await readInfo(generator, context);
      return { ...toModelFacts(info), generator, constrains: true, drawsSeveral: true, streams: true, defaultNewTokens: undefined };
    },
  };
}

/**
 * Who answers a question for a tier, in the order in which they are asked: its Space (by the A/B split the second one, with
 * the first behind it), base's, the model in this process.
 */
export function findAnswerers(
  asked: Tier | undefined,
  settings: StoredSettings,
  { caller, ...parts }: AnswererParts & { caller: string | undefined },
): FoundAnswerers {
  const { spaces, flags } = settings;
  const tier = flags.useMultiTieredAI ? (asked ?? spaces.default_tier) : spaces.default_tier;
  const before: FailedAttempt[] = [];
  const targets: TierTarget[] = [];
  const refuse = (of: Tier, reason: string): void => void before.push({ tier: of, variant: "live", code: "model_unavailable", reason });
  let variant: "live" | "staging" = "live";
  for (const candidate of tier === "base" ? [tier] : [tier, "base" as const]) {
    if (!spaces.enabled || !flags.useHuggingFaceSpaces) refuse(candidate, "Spaces are switched off in the settings.");
    else if (!flags[flagOfTier[candidate]]) refuse(candidate, "This tier is switched off in the settings.");
    else {
      const { live, staging, stagingShare } = toTierTargets(candidate, settings, parts);
      const chosen = candidate === tier && staging !== undefined ? chooseVariant(tier, stagingShare, caller) : "live";
      if (candidate === tier) variant = chosen;
      if (chosen === "staging" && staging !== undefined) targets.push(staging);
      if (live === undefined) refuse(candidate, "No Space is set for this tier.");
      else targets.push(live);
    }
  }
  const distinct = targets.filter((target, index) => !targets.slice(0, index).some((other) => isSameTarget(other, target)));
  const answerers = distinct.map((target) => toSpaceAnswerer(target, parts.spaces));
  const { local } = parts.spaces;
  if (local !== undefined && flags.useLocalModel && local.mayWork()) answerers.push(toLocalAnswerer(local));
  return { tier, answerers, before, variant };
}

import { createAdaptiveTextGenerator, type AdaptiveTextGenerator } from "@repo/client-kit/adaptive-text-generator";
import { createSpaceClient, type SpaceClient } from "@repo/client-kit/create-space-client";
import { createLocalService, type LocalService } from "@repo/client-kit/local-service";
import type { TextGenerator } from "@repo/contracts/generate-text";
import type { Config } from "./config.ts";
import type { TierTarget } from "./settings/tier-targets.ts";

/** A tier's Space. */
export interface SpaceConnection {
  target: TierTarget;
  space: SpaceClient;
  generator: AdaptiveTextGenerator;
}

/** The Space's own service in this process; features load it and never close it. */
export type LocalModel = Pick<LocalService<TextGenerator>, "load" | "mayWork">;

function createLocal({ MODEL }: Config): LocalService<TextGenerator> {
  return createLocalService({
    importPackage: async () => await import("@repo/llm-generate/service"),
    absent: "No model runs inside this process: the optional package @repo/llm-generate is not installed here.",
    create: async ({ createService }) => await createService({ MODEL }),
  });
}

/** What idea-playground knows of the models it uses. The only place where they are reached. */
export interface Spaces {
  /** The connection to a target; the same one for the same target, so that it remembers whether the Space is awake. */
  connect(target: TierTarget): SpaceConnection;
  /** A connection for one test, which learns nothing from the calls before it. The caller closes it. */
  connectAnew(target: TierTarget): SpaceConnection;
  /** Undefined where the configuration wants none. */
  local: LocalModel | undefined;
  close(): Promise<void>;
}

/** Most connections that are remembered: four tiers with two Spaces each, before and after a change. */
const maxConnections = 24;

function toKey({ url, endpoint, format, token, apiKey }: TierTarget): string {
  return JSON.stringify([url, endpoint, format, token?.reveal(), apiKey?.reveal()]);
}

/** Whether two targets are the same server, asked in the same way with the same keys. */
export function isSameTarget(a: TierTarget, b: TierTarget): boolean {
  return toKey(a) === toKey(b);
}

/** Opens connections to Spaces when they are asked for, and the model in this process where LOCAL_FALLBACK wants one. */
export function createSpaces(config: Config): Spaces {
  const local = config.LOCAL_FALLBACK ? createLocal(config) : undefined;
  const connections = new Map<string, SpaceConnection>();
  const open = (target: TierTarget): SpaceConnection => {
    const space = createSpaceClient({
      url: target.url,
      token: target.token?.reveal(),
      apiKey: target.apiKey?.reveal(),
      timeoutMs: config.SPACE_TIMEOUT_MS,
      wakeBudgetMs: config.SPACE_WAKE_BUDGET_MS,
      hubUrl: config.HUB_URL,
    });
    return { target, space, generator: createAdaptiveTextGenerator(space, { endpoint: target.endpoint, format: target.format }) };
  };
  return {
    connect(target) {
      const key = toKey(target);
      const known = connections.get(key);
      // Put at the end, so that the one that was not asked for the longest is forgotten first.
      connections.delete(key);
      const connection = known === undefined ? open(target) : { ...known, target };
      connections.set(key, connection);
      if (connections.size > maxConnections) {
        const [oldest] = connections;
        if (oldest !== undefined) {
          oldest[1].space.close();
          connections.delete(oldest[0]);
        }
      }
      return connection;
    },
    connectAnew: open,
    local,
    close: async () => {
      for (const { space } of connections.values()) space.close();
      connections.clear();
      await local?.close();
    },
  };
}

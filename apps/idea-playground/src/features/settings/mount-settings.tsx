import { readForm, redirectWithNotice } from "@repo/app-kit/page-forms";
import type { Server } from "@repo/server-kit/server";
import { type Tier, tiers } from "../../language-models/tiers.ts";
import { flagNames, flagOfTier } from "../../settings/feature-flags.ts";
import type { StoredSettings } from "../../settings/settings-store.ts";
import { readEnvironmentUrls } from "../../settings/tier-targets.ts";
import { Shell } from "../../ui/shell.tsx";
import { mountConnectionTest } from "./mount-connection-test.tsx";
import { readTier, readTierForm } from "./read-tier-form.ts";
import { SettingsPage } from "./settings-page.tsx";
import type { SettingsParts } from "./settings-parts.ts";
import type { ShownTier } from "./tier-form.tsx";

function toShown(tier: Tier, settings: StoredSettings, { store, config }: SettingsParts): ShownTier {
  const { auth_token: token, ...stored } = settings.spaces.spaces[tier];
  const isReadable = store.openToken(settings, tier) !== undefined;
  return {
    ...stored,
    tier,
    token: token === "" ? "none" : isReadable ? "stored" : "unreadable",
    environmentUrl: readEnvironmentUrls(config)[tier],
    isOn: settings.flags[flagOfTier[tier]],
  };
}

/** Mounts GET /settings and the forms on it; all for the administrator only. */
export function mountSettings(server: Server, parts: SettingsParts): void {
  const { store, pages } = parts;
  const { app } = server;

  app.get("/settings", (c) =>
    pages.page(c, async () => {
      const viewer = await pages.readAdministrator(c);
      const settings = await store.read();
      return (
        <Shell title="Settings" assets={pages.assets} viewer={viewer} current="/settings">
          <SettingsPage
            isEnabled={settings.spaces.enabled}
            defaultTier={settings.spaces.default_tier}
            flags={settings.flags}
            tiers={tiers.map((tier) => toShown(tier, settings, parts))}
            keepsTokens={store.keepsTokens}
            updatedAt={settings.updatedAt}
            notice={c.req.query("notice")}
          />
        </Shell>
      );
    }),
  );

  app.post("/settings/spaces", (c) =>
    pages.page(c, async () => {
      await pages.readAdministrator(c);
      const read = await readForm(c);
      await store.changeSpaces({ enabled: read("enabled") !== undefined, default_tier: readTier(read("default_tier")) });
      return redirectWithNotice(c, "/settings", { notice: "spaces" });
    }),
  );

  app.post("/settings/flags", (c) =>
    pages.page(c, async () => {
      await pages.readAdministrator(c);
      const read = await readForm(c);
      await store.changeFlags(Object.fromEntries(flagNames.map((flag) => [flag, read(flag) !== undefined])));
      return redirectWithNotice(c, "/settings", { notice: "flags" });
    }),
  );

  app.post("/settings/tiers/:tier", (c) =>
    pages.page(c, async () => {
      await pages.readAdministrator(c);
      const tier = readTier(c.req.param("tier"));
      await store.changeTier(tier, readTierForm(await readForm(c)));
      return redirectWithNotice(c, "/settings", { notice: `tier-${tier}` }, `#tier-${tier}`);
    }),
  );

  app.post("/settings/tiers/:tier/wire", (c) =>
    pages.page(c, async () => {
      await pages.readAdministrator(c);
      const tier = readTier(c.req.param("tier"));
      const read = await readForm(c);
      await store.changeTier(tier, { api_endpoint: read("api_endpoint") ?? "", input_format: read("input_format") ?? "" });
      return redirectWithNotice(c, "/settings", { notice: "wire" }, `#tier-${tier}`);
    }),
  );

  mountConnectionTest(server, parts);
}

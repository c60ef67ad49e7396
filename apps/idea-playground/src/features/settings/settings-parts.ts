import type { Config } from "../../config.ts";
import type { SettingsStore } from "../../settings/settings-store.ts";
import type { Spaces } from "../../spaces.ts";
import type { Pages } from "../../ui/pages.tsx";

/** What the settings' routes need. */
export interface SettingsParts {
  config: Config;
  store: SettingsStore;
  spaces: Spaces;
  pages: Pages;
}

/** `pnpm --filter @repo/idea-playground test-connection [--tier <name>] [--wait <seconds>] [--json]`; see --help. */
import type { OpenDatabase } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import { type Config, readConfig } from "./config.ts";
import { parseConnectionOptions, usage } from "./connection-report/parse-options.ts";
import {
  type ConnectionReport,
  checkTarget,
  exitCodes,
  isTierOn,
  type TierReport,
  toExitCode,
} from "./connection-report/report-connections.ts";
import { toStepLine, toVerdict } from "./connection-report/words.ts";
import { tierWords } from "./language-models/tiers.ts";
import { openPlaygroundDatabase } from "./open-playground-database.ts";
import { flagNames } from "./settings/feature-flags.ts";
import { loadSecretKey } from "./settings/secret-key.ts";
import { createSettingsStore } from "./settings/settings-store.ts";
import { type TierTarget, toTestVariables, toTierTargets } from "./settings/tier-targets.ts";
import { createSpaces } from "./spaces.ts";

type Options = ReturnType<typeof parseConnectionOptions>;

function fail(message: string, exitCode: number, json: boolean): never {
  if (json) console.log(JSON.stringify({ ok: false, error: message, exitCode }));
  else console.error(message);
  process.exit(exitCode);
}

function readOptions(): Options {
  try {
    return parseConnectionOptions(process.argv.slice(2));
  } catch (error) {
    return fail(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`, exitCodes.usage, false);
  }
}

async function check(target: TierTarget, config: Config, { json, waitForWakeMs }: Options): Promise<TierReport> {
  const name = `${tierWords[target.tier].title}${target.variant === "staging" ? " (staging)" : ""}`;
  if (!json) console.log(`\n${name}: ${target.url}`);
  const spaces = createSpaces(config);
  const found = await checkTarget(target, {
    spaces,
    waitForWakeMs,
    onStep: (step) => {
      if (!json) console.log(toStepLine(step));
    },
  });
  if (!json) console.log(toVerdict(found));
  const { tier, variant, url } = target;
  return { tier, variant, url, outcome: found.ok ? "ok" : "failed", check: found };
}

async function reportAll(database: OpenDatabase, config: Config, options: Options): Promise<ConnectionReport> {
  const store = createSettingsStore(database.db, await loadSecretKey(config));
  const settings = await store.read();
  const { spaces, flags } = settings;
  const off = flagNames.filter((flag) => !flags[flag]);
  if (!options.json) {
    console.log(`Database: ${database.kind}, read.`);
    console.log(`Spaces: ${spaces.enabled ? "on" : "off"}. Default tier: ${spaces.default_tier}.`);
    console.log(off.length === 0 ? "Switches: all on." : `Switches that are off: ${off.join(", ")}.`);
  }
  const reports: TierReport[] = [];
  for (const tier of options.tiers) {
    const { live, staging } = toTierTargets(tier, settings, { config, store });
    if (!isTierOn(settings, tier) || live === undefined) {
      const outcome = live === undefined ? "unset" : "off";
      reports.push({ tier, variant: "live", url: live?.url ?? null, outcome });
      const why = outcome === "unset" ? "no Space is set; base answers for it." : "switched off in the settings.";
      if (!options.json) console.log(`\n${tierWords[tier].title}: ${why}`);
      continue;
    }
    reports.push(await check(live, config, options));
    if (staging !== undefined) reports.push(await check(staging, config, options));
  }
  const exitCode = toExitCode(settings, reports);
  return {
    ok: exitCode === exitCodes.ok,
    database: { ok: true, kind: database.kind },
    enabled: spaces.enabled,
    defaultTier: spaces.default_tier,
    flags,
    tiers: reports,
    exitCode,
  };
}

const summaries: Readonly<Record<number, string>> = {
  [exitCodes.ok]: "Every Space that is set answers.",
  [exitCodes.failed]: "A Space does not answer; see above what to do.",
  [exitCodes.off]: 'Spaces are switched off: turn on "Ask Spaces" and the switches in the settings.',
  [exitCodes.unset]: "No Space is set: set one in the settings, or LLM_SPACE_URL.",
};

async function main(): Promise<number> {
  const options = readOptions();
  if (options.help) {
    console.log(usage);
    return exitCodes.ok;
  }
  const config = readConfig();
  const given = toTestVariables(config);
  if (given !== undefined) {
    const report = await check(given, config, options);
    if (options.json) console.log(JSON.stringify(report));
    return report.outcome === "ok" ? exitCodes.ok : exitCodes.failed;
  }
  const database = await openPlaygroundDatabase(config).catch((error: unknown) => {
    const why = CodedError.isInstance(error) ? error.message : String(error);
    return fail(
      `The database cannot be used: ${why} While the app runs, its settings page tests connections.`,
      exitCodes.database,
      options.json,
    );
  });
  try {
    const report = await reportAll(database, config, options);
    console.log(options.json ? JSON.stringify(report) : `\n${summaries[report.exitCode] ?? ""}`);
    return report.exitCode;
  } catch (error) {
    if (!CodedError.isInstance(error)) throw error;
    return fail(error.message, exitCodes.database, options.json);
  } finally {
    await database.close();
  }
}

process.exitCode = await main();

import { parseArgs } from "node:util";
import { CodedError } from "@repo/contracts/coded-error";
import { isTier, type Tier, tiers } from "../language-models/tiers.ts";

/** What the command was told to do. */
export interface ConnectionOptions {
  tiers: readonly Tier[];
  json: boolean;
  /** How long a sleeping Space is waited for, milliseconds. */
  waitForWakeMs: number;
  help: boolean;
}

/** What --help prints. */
export const usage = `Tests the connection to the Space of each tier, step by step, and names what is wrong and what to do.

  --tier <name>    one of ${tiers.join(", ")}; may be given several times; default all
  --wait <seconds> how long a sleeping Space is waited for; default 120; 0: not at all
  --json           one JSON object in place of words
  --help           this

Without settings in a database, TEST_SPACE_URL, TEST_API_ENDPOINT and TEST_AUTH_TOKEN name a Space to test.

Exit codes: 0 every Space that is set answers · 1 one does not · 2 wrong options · 3 the database or the settings cannot be
read · 4 Spaces are switched off · 5 no Space is set`;

const defaultWaitSeconds = 120;

/** @throws CodedError invalid_request for options that are none */
export function parseConnectionOptions(args: readonly string[]): ConnectionOptions {
  const { values } = parse(args);
  const named = values.tier ?? [];
  const unknown = named.find((name) => !isTier(name));
  if (unknown !== undefined) throw new CodedError("invalid_request", `There is no tier ${unknown}; there are ${tiers.join(", ")}.`);
  const seconds = Number(values.wait ?? defaultWaitSeconds);
  if (!Number.isFinite(seconds) || seconds < 0 || seconds > 3_600)
    throw new CodedError("invalid_request", "--wait takes seconds, 0 to 3600.");
  return {
    tiers: named.length === 0 ? tiers : named.filter(isTier),
    json: values.json,
    waitForWakeMs: seconds * 1_000,
    help: values.help,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        tier: { type: "string", multiple: true },
        wait: { type: "string" },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false, short: "h" },
      },
    });
  } catch (cause) {
    throw new CodedError("invalid_request", cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

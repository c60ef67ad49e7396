import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { CodedError } from "@repo/contracts/coded-error";
import type { Secret } from "@repo/server-kit/secret";
import { inArray } from "drizzle-orm";
import { tiers } from "../language-models/tiers.ts";
import { appSettings } from "../schema.ts";
import { featureFlags, flagNames, readFlags, storedFlags } from "./feature-flags.ts";
import { createTokenBox, isSealed, parseSpaces, settingKeys, toTokenOwner, writeRow } from "./settings-store.ts";

/**
 * Brings the settings' rows into the form that this version reads: rows that are missing are made, tokens that lie there in
 * clear, as the original had them, are encrypted, switches get the names in use. Nothing that a person has set is changed,
 * and a second run does nothing.
 * @param key encrypts tokens; undefined: a token in clear is refused
 * @returns what was done, one sentence each
 * @throws CodedError invalid_request for a token in clear without a key; internal for a row that cannot be read
 */
export async function migrateSettings(db: Database, key: Secret | undefined): Promise<string[]> {
  return await inTransaction(db, async (transaction) => {
    const keys = Object.values(settingKeys);
    const rows = new Map(
      (await transaction.select().from(appSettings).where(inArray(appSettings.key, keys))).map((row) => [row.key, row.value]),
    );
    return [
      ...(await migrateSpaces(transaction, rows.get(settingKeys.spaces), key)),
      ...(await migrateFlags(transaction, rows.get(settingKeys.flags))),
    ];
  });
}

async function migrateSpaces(db: Database, value: unknown, key: Secret | undefined): Promise<string[]> {
  const done: string[] = [];
  const spaces = parseSpaces(value);
  if (value === undefined) done.push(`${settingKeys.spaces} made.`);
  for (const tier of tiers) {
    const { auth_token: token } = spaces.spaces[tier];
    if (token === "" || isSealed(token)) continue;
    if (key === undefined)
      throw new CodedError(
        "invalid_request",
        `The ${tier} tier's token lies in the database in clear: set SECRET_KEY, so that it can be encrypted.`,
      );
    spaces.spaces[tier] = { ...spaces.spaces[tier], auth_token: createTokenBox(key).seal(token.trim(), toTokenOwner(tier)) };
    done.push(`The ${tier} tier's token encrypted.`);
  }
  if (done.length > 0) await writeRow(db, settingKeys.spaces, spaces);
  return done;
}

async function migrateFlags(db: Database, value: unknown): Promise<string[]> {
  const stored = storedFlags.safeParse(value).data ?? {};
  const flags = readFlags(value);
  const missing = flagNames.filter((flag) => stored[flag] === undefined);
  if (missing.length === 0) return [];
  const added = Object.fromEntries(missing.map((flag) => [flag, { enabled: flags[flag], visible: true }]));
  await writeRow(db, settingKeys.flags, { ...stored, ...added });
  return [`${settingKeys.flags}: ${missing.map((flag) => `${flag} (${featureFlags[flag].title})`).join(", ")} added.`];
}

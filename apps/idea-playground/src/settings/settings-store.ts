import { inTransaction } from "@repo/app-kit/in-transaction";
import type { Database } from "@repo/app-kit/open-database";
import { createSecretBox, type SecretBox } from "@repo/app-kit/secret-box";
import { CodedError } from "@repo/contracts/coded-error";
import { Secret } from "@repo/server-kit/secret";
import { eq } from "drizzle-orm";
import type { Tier } from "../language-models/tiers.ts";
import { appSettings } from "../schema.ts";
import { type FeatureFlags, readFlags, storedFlags } from "./feature-flags.ts";
import { storedSpaces, type StoredSpaces } from "./spaces-settings.ts";

/** The settings as they are stored; tokens are told apart from none, and no more. */
export interface StoredSettings {
  spaces: StoredSpaces;
  flags: FeatureFlags;
  /** Changes with every change of a setting. */
  revision: string;
  updatedAt: Date | undefined;
}

/** A change of one tier; what is not named stays. */
export type TierChange = Partial<Omit<StoredSpaces["spaces"][Tier], "auth_token">> & {
  /** A new token in clear; empty: none from now on. */
  token?: string | undefined;
};

/** Keeps the settings in the database. */
export interface SettingsStore {
  read(): Promise<StoredSettings>;
  /** The stored token of a tier; undefined for none, or one that was encrypted with another SECRET_KEY. */
  openToken(settings: StoredSettings, tier: Tier): Secret | undefined;
  /** Whether a token can be stored: there is a key to encrypt it with. */
  readonly keepsTokens: boolean;
  /** @throws CodedError invalid_request */
  changeSpaces(change: Partial<Pick<StoredSpaces, "enabled" | "default_tier">>): Promise<void>;
  /** @throws CodedError invalid_request, also for a token where none can be encrypted */
  changeTier(tier: Tier, change: TierChange): Promise<void>;
  changeFlags(change: Partial<FeatureFlags>): Promise<void>;
}

/** Names of the rows, as the original has them. */
export const settingKeys = { spaces: "huggingface_spaces", flags: "feature_flags" } as const;
const sealedToken = /^v1\./;

/** Whether a stored token is encrypted; the original's are not. */
export function isSealed(token: string): boolean {
  return sealedToken.test(token);
}

/** Whose a token is, for {@link SecretBox}. */
export function toTokenOwner(tier: Tier): string {
  return `tier:${tier}`;
}

/** The box of the tokens. */
export function createTokenBox(key: Secret): SecretBox {
  return createSecretBox(key, "space-tokens");
}

async function readRow(db: Database, key: string): Promise<{ value: unknown; updatedAt: Date } | undefined> {
  const [row] = await db
    .select({ value: appSettings.value, updatedAt: appSettings.updatedAt })
    .from(appSettings)
    .where(eq(appSettings.key, key));
  return row;
}

/** Writes a row, whether it is there or not. */
export async function writeRow(db: Database, key: string, value: unknown): Promise<void> {
  const row = { value, updatedAt: new Date() };
  await db
    .insert(appSettings)
    .values({ key, ...row })
    .onConflictDoUpdate({ target: appSettings.key, set: row });
}

/** The row huggingface_spaces as it can be used. @throws CodedError internal when somebody wrote nonsense into it */
export function parseSpaces(value: unknown): StoredSpaces {
  const parsed = storedSpaces.safeParse(value ?? {});
  if (parsed.success) return parsed.data;
  throw new CodedError("internal", `The setting ${settingKeys.spaces} cannot be read: ${describe(parsed.error)}`, { cause: parsed.error });
}

function describe(error: { issues: readonly { path: PropertyKey[]; message: string }[] }): string {
  return error.issues.map(({ path, message }) => `${path.map(String).join(".")}: ${message}`).join("; ");
}

/** @param key encrypts tokens; undefined: none can be stored */
export function createSettingsStore(db: Database, key: Secret | undefined): SettingsStore {
  const box = key === undefined ? undefined : createTokenBox(key);

  async function changeRow(change: (spaces: StoredSpaces) => StoredSpaces): Promise<void> {
    await inTransaction(db, async (transaction) => {
      const row = await readRow(transaction, settingKeys.spaces);
      const next = storedSpaces.safeParse(change(parseSpaces(row?.value)));
      if (!next.success) throw new CodedError("invalid_request", describe(next.error), { cause: next.error });
      await writeRow(transaction, settingKeys.spaces, next.data);
    });
  }

  function seal(token: string, tier: Tier): string {
    const text = token.trim();
    if (text === "") return "";
    if (box === undefined)
      throw new CodedError(
        "invalid_request",
        "Set SECRET_KEY before a token is stored: without it the token would lie in the database in clear.",
      );
    // Visible ASCII: what a header can carry.
    if (!/^[!-~]{1,500}$/.test(text))
      throw new CodedError("invalid_request", "The token has a character that a token cannot have; was it pasted whole, and alone?");
    return box.seal(text, toTokenOwner(tier));
  }

  return {
    keepsTokens: box !== undefined,
    async read() {
      const [spaces, flags] = [await readRow(db, settingKeys.spaces), await readRow(db, settingKeys.flags)];
      const moments = [spaces?.updatedAt, flags?.updatedAt].map((at) => at?.getTime() ?? 0);
      return {
        spaces: parseSpaces(spaces?.value),
        flags: readFlags(flags?.value),
        revision: moments.join("."),
        updatedAt: spaces?.updatedAt,
      };
    },
    openToken(settings, tier) {
      const { auth_token: token } = settings.spaces.spaces[tier];
      if (token === "") return undefined;
      const text = isSealed(token) ? box?.open(token, toTokenOwner(tier)) : token;
      return text === undefined ? undefined : new Secret(text);
    },
    changeSpaces: async (change) => await changeRow((spaces) => ({ ...spaces, ...change })),
    changeTier: async (tier, { token, ...change }) =>
      await changeRow((spaces) => {
        const sealed = token === undefined ? {} : { auth_token: seal(token, tier) };
        const next = { ...spaces.spaces[tier], ...change, ...sealed } as StoredSpaces["spaces"][Tier];
        return { ...spaces, spaces: { ...spaces.spaces, [tier]: next } };
      }),
    changeFlags: async (change) =>
      await inTransaction(db, async (transaction) => {
        const row = await readRow(transaction, settingKeys.flags);
        const stored = storedFlags.safeParse(row?.value).data ?? {};
        const changed = Object.entries(change).map(([name, enabled]) => [name, { visible: true, ...stored[name], enabled }]);
        await writeRow(transaction, settingKeys.flags, { ...stored, ...(Object.fromEntries(changed) as object) });
      }),
  };
}

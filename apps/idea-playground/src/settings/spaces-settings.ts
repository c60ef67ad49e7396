import { isBodyFormat } from "@repo/client-kit/inputs-wire";
import { parseSpaceAddress } from "@repo/client-kit/space-address";
import { CodedError } from "@repo/contracts/coded-error";
import { z } from "zod";
import { type Tier, tiers } from "../language-models/tiers.ts";

/** Where a Space is asked when it is none of ours. */
export const defaultEndpoint = "/api/generate";

const spaceAddress = z.string().trim().max(500).refine(isSpaceAddress, { error: explainAddress });

function isSpaceAddress(value: string): boolean {
  return value === "" || explainProblem(value) === undefined;
}

function explainProblem(value: string): string | undefined {
  try {
    parseSpaceAddress(value);
    return undefined;
  } catch (error) {
    if (!CodedError.isInstance(error)) throw error;
    return error.message;
  }
}

function explainAddress({ input }: { input?: unknown }): string {
  return explainProblem(String(input)) ?? "This is not the address of a Space.";
}

/** Settings of one tier as they are stored. */
export const storedTier = z.looseObject({
  space_url: spaceAddress.default("").describe("Address of the Space in any form; empty: the environment's, or none."),
  api_endpoint: z
    .string()
    .trim()
    .max(200)
    .regex(/^\/[^\s:?#]*$/, "A path begins with / and has no spaces, colons, ? or #.")
    .default(defaultEndpoint)
    .describe("Path that a server of another make is asked at. Default /api/generate."),
  auth_token: z.string().default("").describe("Hugging Face token, encrypted; empty: the environment's, or none."),
  model_version: z.string().trim().max(200).default("").describe("Version of the model, for people and for the log."),
  input_format: z
    .string()
    .refine((name) => name === "" || isBodyFormat(name), { error: "inputs, prompt, data, text or query" })
    .default("")
    .describe("Form of the body that a server of another make reads; empty: found out."),
  staging_url: spaceAddress.default("").describe("Address of a second Space that some of the questions go to; empty: none."),
  staging_percent: z.number().min(0).max(100).default(0).describe("Share of the questions for the second Space, per cent, 0 to 100."),
});

/** See {@link storedTier}. */
export type StoredTier = z.output<typeof storedTier>;

/** The row huggingface_spaces; the names are the original's. */
export const storedSpaces = z.looseObject({
  enabled: z.boolean().default(true).describe("Whether Spaces are asked at all."),
  default_tier: z.enum(tiers).default("base").describe("Tier of questions that name none."),
  spaces: z
    .looseObject(Object.fromEntries(tiers.map((tier) => [tier, storedTier.prefault({})])) as Record<Tier, z.ZodPrefault<typeof storedTier>>)
    .prefault({})
    .describe("Settings per tier."),
});

/** See {@link storedSpaces}. */
export type StoredSpaces = z.output<typeof storedSpaces>;

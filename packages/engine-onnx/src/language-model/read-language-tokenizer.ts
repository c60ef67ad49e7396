import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CodedError } from "@repo/contracts/coded-error";
import { createPromptTokenizer, type PromptTokenizer } from "./prompt-tokens.ts";

/**
 * The tokenizer of a model's folder: tokenizer.json, tokenizer_config.json and, where the template stands by itself,
 * chat_template.jinja.
 * @throws CodedError model_unavailable when a file is missing or not what it should be
 */
export async function readLanguageTokenizer(folder: string): Promise<PromptTokenizer> {
  const [definition, config] = await Promise.all([readJson(folder, "tokenizer.json"), readJson(folder, "tokenizer_config.json", {})]);
  const settings = config as Record<string, unknown>;
  const apart = await readFile(join(folder, "chat_template.jinja"), "utf8").catch(() => undefined);
  const specials: Record<string, string> = {};
  for (const name of ["bos_token", "eos_token", "unk_token", "pad_token"]) {
    const token = settings[name];
    const content = typeof token === "object" && token !== null ? (token as { content?: unknown }).content : token;
    if (typeof content === "string") specials[name] = content;
  }
  return createPromptTokenizer({ definition, specials, chatTemplate: apart ?? templateOf(settings["chat_template"]) });
}

/** A model may have several templates by name; the one for plain conversations is called default. */
function templateOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  if (!Array.isArray(value)) return undefined;
  return (value as { name: string; template: string }[]).find(({ name }) => name === "default")?.template;
}

async function readJson(folder: string, name: string, absent?: unknown): Promise<unknown> {
  try {
    return JSON.parse(await readFile(join(folder, name), "utf8"));
  } catch (error) {
    if (absent !== undefined && (error as NodeJS.ErrnoException).code === "ENOENT") return absent;
    throw new CodedError("model_unavailable", `The model's ${name} could not be read.`, { cause: error });
  }
}

import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** The models this project trained for itself. */
const pocketNames = ["pocket-minilm", "pocket-bge"] as const;

/** One of {@link pocketNames}. */
export type PocketName = (typeof pocketNames)[number];

/** Text put before the inputs of a kind; pocket-bge has the query prompt of the model it stands in for. */
export const pocketPrompts: Readonly<Record<PocketName, Readonly<Record<string, string>>>> = {
  "pocket-minilm": {},
  // Source: the model card of BAAI/bge-base-en-v1.5.
  "pocket-bge": { query: "Represent this sentence for searching relevant passages: " },
};

/** Reads the name from a command line; throws with the names there are. */
export function parsePocketName(given: string | undefined): PocketName {
  const name = pocketNames.find((known) => known === given);
  if (name === undefined) throw new Error(`Give one of ${pocketNames.join(", ")} first.`);
  return name;
}

/** Folder of a model's files. */
export function pocketDirectory(name: PocketName): string {
  return join(fileURLToPath(new URL(".", import.meta.url)), name);
}

import { fileURLToPath } from "node:url";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import type { Config } from "./config.ts";

/** A file of this package; the same path from src/ and from dist/. */
function toPackagePath(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** Folder with the scripts and styles that the build made for browsers. */
export const publicFolder: string = toPackagePath("dist/public");
/** Folder of the schema's changes. */
export const migrationsFolder: string = toPackagePath("migrations");

/** Folder of the embedded database, and of the key that is made where none is set. */
export function toDataDirectory({ DATA_DIRECTORY }: Pick<Config, "DATA_DIRECTORY">): string {
  return DATA_DIRECTORY ?? toPackagePath("../../data/idea-playground");
}

/** Opens the database and brings its schema up to date. */
export async function openPlaygroundDatabase(config: Config, onError: (error: Error) => void = () => undefined): Promise<OpenDatabase> {
  return await openDatabase({
    url: config.DATABASE_URL,
    name: config.DATABASE_NAME,
    directory: toDataDirectory(config),
    migrationsFolder,
    onError,
  });
}

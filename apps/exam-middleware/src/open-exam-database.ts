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

/** Opens the database and brings its schema up to date. */
export async function openExamDatabase(config: Config, onError: (error: Error) => void): Promise<OpenDatabase> {
  return await openDatabase({
    url: config.DATABASE_URL,
    name: config.DATABASE_NAME,
    directory: config.DATA_DIRECTORY ?? toPackagePath("../../data/exam-middleware"),
    migrationsFolder,
    onError,
  });
}

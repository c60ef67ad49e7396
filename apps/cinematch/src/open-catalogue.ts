import { fileURLToPath } from "node:url";
import { type OpenDatabase, openDatabase } from "@repo/app-kit/open-database";
import type { Config } from "./config.ts";
import { seedCatalogue } from "./features/catalogue/seed-catalogue.ts";

/** A file of this package; the same path from src/ and from dist/. */
function toPackagePath(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}

/** Folder with the scripts and styles that the build made for browsers. */
export const publicFolder: string = toPackagePath("dist/public");

/** Opens the database, brings its schema up to date and fills an empty catalogue. */
export async function openCatalogue(config: Config, onError: (error: Error) => void = () => undefined): Promise<OpenDatabase> {
  const database = await openDatabase({
    url: config.DATABASE_URL,
    name: config.DATABASE_NAME,
    directory: config.DATA_DIRECTORY ?? toPackagePath("../../data/cinematch"),
    migrationsFolder: toPackagePath("migrations"),
    onError,
  });
  try {
    await seedCatalogue(database.db, config.CATALOGUE_PATH ?? toPackagePath("data/films.jsonl"));
  } catch (error) {
    await database.close();
    throw error;
  }
  return database;
}

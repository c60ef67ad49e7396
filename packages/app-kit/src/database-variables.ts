import { z } from "zod";

/**
 * The variables that say where an app's database is, as a shape to put into its schema.
 * @param app its folder's name, which the embedded database's folder has too
 * @param needs extensions that a PostgreSQL must offer, e.g. "pgvector"; default none
 */
export function databaseVariables(app: string, needs?: string) {
  return {
    DATABASE_URL: z
      .url({ protocol: /^postgres(ql)?$/ })
      .optional()
      .describe(
        `postgres:// address of a PostgreSQL${needs === undefined ? "" : ` with ${needs}`}. Without it an embedded PostgreSQL keeps its files in DATA_DIRECTORY.`,
      ),
    DATABASE_NAME: z
      .string()
      .regex(/^[a-z][a-z0-9_]{0,62}$/)
      .optional()
      .describe(
        "Database on the server of DATABASE_URL in place of the one in the address; made when there is none. Apps that share a server need one each.",
      ),
    DATA_DIRECTORY: z
      .string()
      .optional()
      .describe(`Folder of the embedded database; default data/${app} in the repository, as npm start has it.`),
  };
}

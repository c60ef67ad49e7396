import { defineConfig } from "vitest/config";

const everywhere = "{packages,spaces,apps,models,tools,bench}/**";
/** A database server that is named or started for the tests may run on the same few cores (pnpm test:postgres). */
// oxlint-disable-next-line node/no-process-env -- read where the tests are configured
const unitTimeoutMs = process.env["TEST_DATABASE_URL"] ? 180_000 : 30_000;
const ignored = ["**/node_modules/**", "**/dist/**", "**/.cache/**", "**/data/**"];

/** The suffix is the selector: x.test.ts needs nothing, x.model.test.ts a committed model, x.e2e.test.ts a server or browser. */
export default defineConfig({
  // Same runtime for JSX in tests and in bundles.
  oxc: { jsx: { runtime: "automatic", importSource: "hono/jsx" } },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: "unit",
          include: [`${everywhere}/*.test.{ts,tsx}`],
          exclude: [...ignored, "**/*.model.test.ts", "**/*.e2e.test.ts"],
          testTimeout: unitTimeoutMs,
          hookTimeout: unitTimeoutMs,
        },
      },
      {
        extends: true,
        test: {
          name: "model",
          include: [`${everywhere}/*.model.test.ts`],
          exclude: ignored,
          testTimeout: 120_000,
          hookTimeout: 120_000,
          // Each file starts inference workers of its own; two files at once would measure each other.
          fileParallelism: false,
        },
      },
      {
        extends: true,
        test: {
          name: "e2e",
          include: [`${everywhere}/*.e2e.test.ts`],
          exclude: ignored,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          fileParallelism: false,
        },
      },
    ],
  },
});

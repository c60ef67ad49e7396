import type { z } from "zod";

/** The environment as a process sees it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Thrown by {@link loadConfig}: every wrong variable, one line each, and none of their values. */
export class ConfigError extends Error {
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(
      `The configuration has ${problems.length === 1 ? "a problem" : `${problems.length} problems`}:\n${problems.map((problem) => `  ${problem}`).join("\n")}`,
    );
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/**
 * Reads a unit's variables from the environment.
 *
 * An empty string counts as unset, because that is what a dashboard writes for a cleared field. Values are trimmed.
 * @returns the frozen, typed configuration
 * @throws ConfigError naming every wrong variable with what was expected and what kind of value was found, never the value
 */
export function loadConfig<Schema extends z.ZodObject>(schema: Schema, environment: Environment): z.output<Schema> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = environment[name]?.trim();
    if (value !== undefined && value !== "") given[name] = value;
  }
  const parsed = schema.safeParse(given);
  if (parsed.success) return Object.freeze(parsed.data) as z.output<Schema>;
  throw new ConfigError(parsed.error.issues.map((issue) => describeProblem(issue, given)));
}

function describeProblem(issue: z.core.$ZodIssue, given: Record<string, string>): string {
  const name = String(issue.path[0] ?? "configuration");
  return `${name}: expected ${describeExpected(issue)}, received ${describeReceived(given[name])}`;
}

function describeExpected(issue: z.core.$ZodIssue): string {
  if (issue.code === "invalid_type") return issue.expected;
  if (issue.code === "invalid_value") return issue.values.map(String).join(" or ");
  if (issue.code === "too_small") return `at least ${issue.minimum}`;
  if (issue.code === "too_big") return `at most ${issue.maximum}`;
  if (issue.code === "invalid_format") return issue.format;
  // Messages of custom checks are written in the schemas; zod never puts the input into them.
  return issue.message;
}

function describeReceived(value: string | undefined): string {
  if (value === undefined) return "nothing";
  return Number.isNaN(Number(value)) ? `text of ${value.length} characters` : "a number";
}

/** {@link loadConfig} for a process: problems go to standard error, one per line, and the process ends with code 1. */
export function loadConfigOrExit<Schema extends z.ZodObject>(schema: Schema, environment: Environment): z.output<Schema> {
  try {
    return loadConfig(schema, environment);
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    process.stderr.write(`${thrown.message}\n`);
    return process.exit(1);
  }
}

import { z } from "zod";

const startMark = "<!-- environment: generated from src/config.ts -->";
const endMark = "<!-- /environment -->";

interface VariableSchema {
  description?: string;
  default?: unknown;
}

/**
 * The README's table of environment variables, made from a configuration schema: name, default and description.
 * @returns Markdown, without a newline at its end
 */
export function renderEnvTable(schema: z.ZodObject): string {
  const described = z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as { properties?: Record<string, VariableSchema>; required?: string[] };
  const rows = Object.entries(described.properties ?? {}).map(([name, variable]) => {
    const required = described.required?.includes(name) ?? false;
    return `| \`${name}\` | ${required ? "required" : renderDefault(variable.default)} | ${escapeCell(variable.description ?? "")} |`;
  });
  return ["| Variable | Default | Meaning |", "|---|---|---|", ...rows].join("\n");
}

/**
 * Puts the table between the two marks of a README.
 * @throws Error when the marks are missing
 */
export function insertEnvTable(readme: string, schema: z.ZodObject): string {
  const start = readme.indexOf(startMark);
  const end = readme.indexOf(endMark);
  if (start < 0 || end < start) throw new Error(`The README has no "${startMark}" ... "${endMark}" section.`);
  return `${readme.slice(0, start + startMark.length)}\n\n${renderEnvTable(schema)}\n\n${readme.slice(end)}`;
}

/** True when the README's table is the one the schema gives; formatting of the cells' padding does not count. */
export function isEnvTableCurrent(readme: string, schema: z.ZodObject): boolean {
  return normalise(readme) === normalise(insertEnvTable(readme, schema));
}

function renderDefault(value: unknown): string {
  if (value === undefined) return "none";
  return Array.isArray(value) ? `\`${value.join(",")}\`` : `\`${String(value)}\``;
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function normalise(markdown: string): string {
  return markdown.replaceAll(/[ \t]+/g, " ").replaceAll(/-{2,}/g, "--").replaceAll(/\n{2,}/g, "\n");
}

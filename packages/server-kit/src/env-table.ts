import { z } from "zod";

const startMark = "<!-- environment: generated from src/config.ts -->";
const endMark = "<!-- /environment -->";

/**
 * The README's table of environment variables, made from a configuration schema: name, default and description.
 * @returns Markdown, without a newline at its end
 */
export function renderEnvTable(schema: z.ZodObject): string {
  const rows = Object.entries(schema.shape).map(
    ([name, variable]) => `| \`${name}\` | ${renderDefault(variable)} | ${escapeCell(describe(variable))} |`,
  );
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

function describe(variable: z.core.$ZodType): string {
  return z.globalRegistry.get(variable)?.description ?? "";
}

function renderDefault(variable: z.core.$ZodType): string {
  if (variable instanceof z.ZodDefault) {
    const value: unknown = variable.def.defaultValue;
    return Array.isArray(value) ? `\`${value.join(",")}\`` : `\`${String(value)}\``;
  }
  return variable instanceof z.ZodOptional ? "none" : "required";
}

function escapeCell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("\n", " ");
}

function normalise(markdown: string): string {
  return markdown
    .replaceAll(/[ \t]+/g, " ")
    .replaceAll(/-{2,}/g, "--")
    .replaceAll(/\n{2,}/g, "\n");
}

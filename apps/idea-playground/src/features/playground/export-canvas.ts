import type { Canvas } from "./canvas-store.ts";
import { type IdeaFieldName, ideaFields, ideaSections, swotFields } from "./idea-content.ts";
import type { Idea } from "./idea-store.ts";
import { toAuthorLine, toOriginWord } from "./idea-words.ts";

/** What marks text up in Markdown where it stands at the beginning of a line, or anywhere. */
const markup = { line: /^(\s*)([#>+-]|\d+[.)])/gm, anywhere: /[\\`*_[\]<>|~]/g };

/** Text that reads as it is, whatever signs are in it. @source CommonMark 0.31, 2.4 backslash escapes */
function escapeMarkdown(text: string): string {
  return text
    .replaceAll(markup.anywhere, (sign) => `\\${sign}`)
    .replaceAll(markup.line, (_, space: string, sign: string) =>
      /\d/.test(sign) ? `${space}${sign.slice(0, -1)}\\${sign.slice(-1)}` : `${space}\\${sign}`,
    );
}

const toLine = (text: string): string => escapeMarkdown(text.replaceAll(/\s+/g, " ").trim());

function toFieldLine({ content }: Idea, name: IdeaFieldName): string[] {
  const value = content[name];
  return value === undefined || value.length === 0 ? [] : [`- **${ideaFields[name].label}:** ${toLine(String(value))}`];
}

function toSection(idea: Idea, heading: string, fields: readonly IdeaFieldName[]): string[] {
  const lines = fields.flatMap((name) => toFieldLine(idea, name));
  return lines.length === 0 ? [] : [`### ${heading}`, "", ...lines, ""];
}

function toSwot({ content }: Idea): string[] {
  return swotFields.flatMap((name) => {
    const entries = content[name];
    return entries.length === 0 ? [] : [`### ${ideaFields[name].label}`, "", ...entries.map((entry) => `- ${toLine(entry)}`), ""];
  });
}

function toIdeaMarkdown(idea: Idea): string[] {
  const { content, sources, origin, isSaved } = idea;
  const from = sources.length === 0 ? "" : ` from ${sources.map(({ title }) => toLine(title)).join(", ")}`;
  return [
    `## ${toLine(content.title)}${isSaved ? " ★" : ""}`,
    "",
    ...(content.description === "" ? [] : [toLine(content.description), ""]),
    ...ideaSections.flatMap(({ heading, fields }) => toSection(idea, heading, fields)),
    ...toSwot(idea),
    `*${toOriginWord(origin)}${from}. ${toLine(toAuthorLine(idea.authorship).text)}.*`,
    "",
  ];
}

/** A canvas for people: a heading per idea, its fields as lists. */
export function toMarkdown(canvas: Canvas, ideas: readonly Idea[]): string {
  const { name, company, usesCompany } = canvas;
  const companyLine = usesCompany && company.name !== "" ? [`For ${toLine(company.name)}, ${toLine(company.industry)}.`, ""] : [];
  return [`# ${toLine(name)}`, "", ...companyLine, ...ideas.flatMap(toIdeaMarkdown)].join("\n");
}

/** A canvas for programs: everything that is known of each idea. */
export function toExportJson(canvas: Canvas, ideas: readonly Idea[]): object {
  return {
    canvas: { id: canvas.id, name: canvas.name, company: canvas.company, uses_company: canvas.usesCompany, updated_at: canvas.updatedAt },
    ideas: ideas.map(({ id, content, origin, request, isSaved, createdAt, editedAt, sources, authorship }) => ({
      id,
      ...content,
      origin,
      request,
      saved: isSaved,
      created_at: createdAt,
      edited_at: editedAt,
      sources,
      written_by: authorship === null ? null : { tier: authorship.answered, asked: authorship.asked, model: authorship.model },
    })),
  };
}

/** A file's name out of a canvas's. */
export function toFileName(name: string, extension: string): string {
  const safe = name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "");
  return `${safe === "" ? "canvas" : safe.slice(0, 60)}.${extension}`;
}

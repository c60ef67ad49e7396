import { parse } from "yaml";
import { z } from "zod";

/** @source colours: https://huggingface.co/docs/hub/spaces-config-reference */
const colours = ["red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"] as const;

/** What the Hub reads at the top of a Docker Space's README.md; other keys it knows pass. */
export const frontMatterSchema = z.looseObject({
  title: z.string().min(1).describe("Name on the Hub."),
  emoji: z
    .string()
    .regex(/^\p{Extended_Pictographic}\u{FE0F}?$/u, "one emoji")
    .describe("Picture on the Space's card: one emoji."),
  colorFrom: z.enum(colours).describe("Colour of the card, from."),
  colorTo: z.enum(colours).describe("Colour of the card, to."),
  sdk: z.literal("docker").describe("Kind of Space."),
  app_port: z.int().min(1).max(65_535).describe("Port that the image listens on."),
  license: z.string().min(1).describe("Licence by its name on the Hub, lower case."),
  short_description: z.string().min(1).max(60).describe("At most 60 characters; the Hub refuses more."),
  models: z
    .array(z.string().regex(/^[\w.-]+\/[\w.-]+$/, "owner/name"))
    .optional()
    .describe("Models on the Hub that the Space uses."),
});

/** See {@link frontMatterSchema}. */
export type FrontMatter = z.output<typeof frontMatterSchema>;

/**
 * Reads the front matter of a Space's README.md.
 * @throws Error that names every key that the Hub would refuse
 */
export function parseFrontMatter(readme: string): FrontMatter {
  const [, text] = /^---\n([\s\S]*?)\n---\n/.exec(readme) ?? [];
  if (text === undefined)
    throw new Error("README.md does not begin with front matter (--- ... ---), so the Hub would not know what this is.");
  const parsed = frontMatterSchema.safeParse(parse(text));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`);
  throw new Error(`The front matter of README.md would be refused: ${problems.join("; ")}.`);
}

/**
 * The README as it stands in a repository of its own: links to other folders of this repository become plain words, or
 * lead there when its address on the web is known.
 * @param repositoryUrl e.g. https://github.com/owner/outpost
 */
export function toSpaceReadme(readme: string, folder: string, repositoryUrl?: string): string {
  return readme.replaceAll(/\[([^\]]+)\]\((\.{1,2}\/[^)]*)\)/g, (_, words: string, link: string) => {
    if (repositoryUrl === undefined) return words;
    const { pathname, hash } = new URL(link, `https://repository/${folder}/`);
    return `[${words}](${repositoryUrl.replace(/\/+$/, "")}/blob/main${pathname}${hash})`;
  });
}

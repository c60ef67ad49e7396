import { storableText } from "@repo/contracts/storable-text";
import { z } from "zod";

/** Names of an idea's texts and lists, in the order in which they are written and read. */
export const ideaFieldNames = [
  "title",
  "description",
  "problem_statement",
  "solution_concept",
  "target_audience",
  "unique_value",
  "business_model",
  "revenue_model",
  "marketing_strategy",
  "go_to_market",
  "strengths",
  "weaknesses",
  "opportunities",
  "threats",
  "market_size",
  "competition",
  "revenue_streams",
  "cost_structure",
  "key_metrics",
] as const;

/** One of {@link ideaFieldNames}. */
export type IdeaFieldName = (typeof ideaFieldNames)[number];

/** What people read above a field, what it is about, and how much of it a model writes. */
interface IdeaField {
  label: string;
  /** For the model and for whoever edits by hand. */
  help: string;
  kind: "text" | "list";
  /** Longest text, or longest entry of a list, that a model is asked for, characters. */
  maxWritten: number;
  isOptional: boolean;
}

const text = (label: string, maxWritten: number, help: string): IdeaField => ({ label, help, kind: "text", maxWritten, isOptional: false });
const optional = (label: string, maxWritten: number, help: string): IdeaField => ({ ...text(label, maxWritten, help), isOptional: true });
const list = (label: string, help: string): IdeaField => ({ label, help, kind: "list", maxWritten: 70, isOptional: false });

/**
 * An idea's fields; the names are the seed's. The lengths are those of a card that is read at a glance: all of them together
 * are about 700 tokens, which a free Space writes while somebody waits.
 */
export const ideaFields: Readonly<Record<IdeaFieldName, IdeaField>> = {
  title: text("Title", 60, "Name of the idea, a few words."),
  description: text("Description", 180, "What it is, in one or two sentences."),
  problem_statement: text("Problem", 160, "Who has which problem today."),
  solution_concept: text("Solution", 160, "How the idea solves it."),
  target_audience: text("Audience", 110, "Who it is for."),
  unique_value: text("Unique value", 120, "Why people choose it over what they have."),
  business_model: text("Business model", 120, "How it works as a business."),
  revenue_model: text("Revenue model", 120, "What customers pay for, and how."),
  marketing_strategy: text("Marketing", 120, "How people hear of it."),
  go_to_market: text("Go to market", 120, "The first steps towards customers."),
  strengths: list("Strengths", "What it does well."),
  weaknesses: list("Weaknesses", "Where it is weak."),
  opportunities: list("Opportunities", "What may help it."),
  threats: list("Threats", "What may harm it."),
  market_size: optional("Market size", 120, "How many customers there are."),
  competition: optional("Competition", 120, "Who else solves the problem."),
  revenue_streams: optional("Revenue streams", 110, "Where money comes from."),
  cost_structure: optional("Costs", 110, "What it costs to run."),
  key_metrics: optional("Key metrics", 110, "Numbers that tell whether it works."),
};

/** How a card groups its fields; title and description are its head. */
export const ideaSections = [
  { heading: "Problem and solution", fields: ["problem_statement", "solution_concept"] },
  { heading: "For whom, and why", fields: ["target_audience", "unique_value"] },
  { heading: "Business", fields: ["business_model", "revenue_model", "revenue_streams", "cost_structure", "key_metrics"] },
  { heading: "Market", fields: ["marketing_strategy", "go_to_market", "market_size", "competition"] },
] as const satisfies readonly { heading: string; fields: readonly IdeaFieldName[] }[];

/** The four lists of a SWOT analysis. */
export const swotFields = ["strengths", "weaknesses", "opportunities", "threats"] as const;

/** Most entries of a list that a model is asked for, and that a person may keep. */
const maxEntries = { written: 3, kept: 20 };
/** Longest text that a person may keep in a field, characters. */
export const maxKept = { title: 200, text: 4_000, entry: 500 };

/** How one text is described: a model's are short and never empty, a person's are whatever the database can hold. */
interface IdeaForm {
  text: (name: IdeaFieldName) => z.ZodType<string>;
  list: (name: IdeaFieldName) => z.ZodType<string[]>;
}

function defineIdea(form: IdeaForm) {
  const { text: one, list: many } = form;
  return z.object({
    title: one("title"),
    description: one("description"),
    problem_statement: one("problem_statement"),
    solution_concept: one("solution_concept"),
    target_audience: one("target_audience"),
    unique_value: one("unique_value"),
    business_model: one("business_model"),
    revenue_model: one("revenue_model"),
    marketing_strategy: one("marketing_strategy"),
    go_to_market: one("go_to_market"),
    strengths: many("strengths"),
    weaknesses: many("weaknesses"),
    opportunities: many("opportunities"),
    threats: many("threats"),
    market_size: one("market_size").optional(),
    competition: one("competition").optional(),
    revenue_streams: one("revenue_streams").optional(),
    cost_structure: one("cost_structure").optional(),
    key_metrics: one("key_metrics").optional(),
  });
}

/** An idea as a model is asked to write it; its JSON Schema is what holds the model to it, token by token. */
export const ideaDraft = defineIdea({
  text: (name) => z.string().min(1).max(ideaFields[name].maxWritten).describe(ideaFields[name].help),
  list: (name) =>
    z
      .array(z.string().min(1).max(ideaFields[name].maxWritten).describe("A short sentence."))
      .min(1)
      .max(maxEntries.written)
      .describe(ideaFields[name].help),
});

/** An idea as it is kept: what a person wrote may be longer, and may leave anything but the title empty. */
export const ideaContent = defineIdea({
  text: (name) =>
    (name === "title" ? storableText(maxKept.title).min(1, { error: "An idea needs a title." }) : storableText(maxKept.text)).describe(
      ideaFields[name].help,
    ),
  list: (name) => z.array(storableText(maxKept.entry)).max(maxEntries.kept).describe(ideaFields[name].help),
});

/** See {@link ideaContent}. */
export type IdeaContent = z.infer<typeof ideaContent>;

/** The fields of an idea that are written so far, the last one perhaps in part. */
export type PartialIdea = { [Name in IdeaFieldName]?: string | string[] | undefined };

/** What of a half-written JSON object are fields of an idea. */
export function toPartialIdea(value: Readonly<Record<string, unknown>>): PartialIdea {
  const idea: PartialIdea = {};
  for (const name of ideaFieldNames) {
    const field = value[name];
    if (typeof field === "string" && ideaFields[name].kind === "text") idea[name] = field;
    if (Array.isArray(field) && ideaFields[name].kind === "list")
      idea[name] = field.filter((entry): entry is string => typeof entry === "string");
  }
  return idea;
}

/** A model's answer as it is kept: without spaces around texts, and without characters that cannot be stored. */
export function toIdeaContent(draft: z.infer<typeof ideaDraft>): IdeaContent {
  const clean = (value: string): string => value.replaceAll("\0", "").toWellFormed().trim();
  const entries = Object.entries(draft).map(([name, value]) => [
    name,
    Array.isArray(value) ? value.map(clean).filter((entry) => entry !== "") : clean(value ?? ""),
  ]);
  const content = Object.fromEntries(entries) as IdeaContent;
  return ideaContent.parse({ ...content, title: content.title === "" ? "Untitled idea" : content.title });
}

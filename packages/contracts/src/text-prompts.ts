/**
 * What a text is for, and the instruction that a model wants before it. Models that are trained for search treat the
 * two sides differently: BGE puts an instruction before queries only, E5 a word before both.
 */
import { z } from "zod";
import { CodedError } from "./coded-error.ts";

/** What a text is: something that is searched with, or something that is found. */
export type InputType = "query" | "passage";

/** What the texts of a request are for; at most one of the two, or both of the same meaning. */
export interface TextPurpose {
  inputType?: InputType | undefined;
  promptName?: string | undefined;
}

/**
 * Other services' words for the two.
 * @source Cohere and Voyage AI, API reference (input_type); Jina AI, API reference (task)
 */
const inputTypeNames = {
  query: "query",
  passage: "passage",
  document: "passage",
  search_query: "query",
  search_document: "passage",
} as const;
const taskNames = { "retrieval.query": "query", "retrieval.passage": "passage" } as const;

type Names<Table> = [keyof Table, ...(keyof Table)[]];

/** Fields of a request that say what its texts are; {@link toPurpose} reads them. */
export const purposeFields = {
  input_type: z
    .enum(Object.keys(inputTypeNames) as Names<typeof inputTypeNames>)
    .nullish()
    .describe("What the texts are, for models that treat queries differently; document, search_query and search_document are aliases."),
  is_query: z.boolean().nullish().describe("true is input_type query, false is passage."),
  task: z
    .enum(Object.keys(taskNames) as Names<typeof taskNames>)
    .nullish()
    .describe("Jina's name for input_type."),
  prompt_name: z
    .string()
    .nullish()
    .describe("Name of one of the model's prompts (see /info), put before every text that does not begin with it already."),
};

/** {@link purposeFields} as they come out of a schema. */
export type PurposeFields = { [Field in keyof typeof purposeFields]?: z.output<(typeof purposeFields)[Field]> };

/** Every field that was given, with what it means. */
function readStatements({ input_type, is_query, task, prompt_name }: PurposeFields): [field: keyof PurposeFields, meaning: string][] {
  const statements: [keyof PurposeFields, string | null | undefined][] = [
    ["input_type", input_type && inputTypeNames[input_type]],
    ["is_query", is_query === true ? "query" : is_query === false ? "passage" : undefined],
    ["task", task && taskNames[task]],
    ["prompt_name", prompt_name],
  ];
  return statements.filter((statement): statement is [keyof PurposeFields, string] => typeof statement[1] === "string");
}

/**
 * The purpose as a service is asked it.
 * @throws CodedError invalid_request when two fields say different things
 */
export function toPurpose(body: PurposeFields): TextPurpose {
  const [first, ...rest] = readStatements(body);
  const other = rest.find(([, meaning]) => meaning !== first?.[1]);
  if (first !== undefined && other !== undefined) {
    const message = `${first[0]} means ${quote(first[1])} and ${other[0]} means ${quote(other[1])}: send one of the two.`;
    throw new CodedError("invalid_request", message, { details: { field: other[0] } });
  }
  const isNamed = typeof body.prompt_name === "string";
  return isNamed ? { promptName: first?.[1] } : { inputType: first?.[1] as InputType | undefined };
}

/**
 * The instruction for texts of this purpose; "" for none. A prompt is asked for by its name, or by the input type of
 * that name, which a model need not have. Texts of no stated purpose are passages.
 * @throws CodedError invalid_request when the model has no prompt of that name, or name and type contradict each other
 */
export function promptFor(prompts: Readonly<Record<string, string>>, { inputType, promptName }: TextPurpose): string {
  if (promptName === undefined) {
    const name = inputType ?? "passage";
    return Object.hasOwn(prompts, name) ? (prompts[name] as string) : "";
  }
  if (inputType !== undefined && inputType !== promptName) {
    throw new CodedError("invalid_request", `The prompt ${quote(promptName)} is not the one of a ${inputType}: ask for one of the two.`, {
      details: { field: "prompt_name" },
    });
  }
  const prompt = Object.hasOwn(prompts, promptName) ? prompts[promptName] : undefined;
  if (prompt !== undefined) return prompt;
  const known = Object.keys(prompts);
  const hint = known.length === 0 ? "the model has none" : `the model has ${known.join(", ")}`;
  throw new CodedError("invalid_request", `There is no prompt ${quote(promptName)}; ${hint}.`, {
    details: { field: "prompt_name", promptNames: known },
  });
}

/**
 * `text` with the prompt before it, once: a text that carries the prompt already, with other white space around it, is
 * brought into the same form, so that both give the same vector.
 */
export function withPrompt(prompt: string, text: string): string {
  if (prompt === "") return text;
  const bare = prompt.trim();
  const start = text.trimStart();
  if (!start.startsWith(bare)) return prompt + text;
  const rest = start.slice(bare.length);
  // A prompt that ends in a letter ("query ") is also the beginning of other words ("querying").
  const isWhole = rest === "" || !/[\p{L}\p{N}]$/u.test(bare) || /^\s/.test(rest);
  return isWhole ? prompt + rest.trimStart() : prompt + text;
}

function quote(name: string): string {
  return JSON.stringify(name.slice(0, 64));
}

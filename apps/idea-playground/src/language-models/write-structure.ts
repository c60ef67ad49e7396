import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import { type AnswerSchema, type JsonSchema, readAnswerSchema, type ReadSchema, type ValueOf } from "./answer-schema.ts";
import type { OpenModel } from "./answerer.ts";
import type { Ask } from "./ask-in-turn.ts";
import { drawAnswers, type DrawnAnswers, type Question } from "./draw-answers.ts";
import type { GeneratedStructure, Growing, StructureEvent } from "./language-model.ts";
import { parseJsonAnswer } from "./parse-json-answer.ts";
import { parsePartialJson } from "./parse-partial-json.ts";
import { type Call, type PutQuestion, toQuestion } from "./put-question.ts";
import { relaxSchema } from "./relax-schema.ts";

/** @source the original client, which lets structures vary less than words */
const structureTemperature = 0.2;
/** Kinds of limits that are given up one after the other at a server that cannot enforce them. */
const maxLimits = 8;
/** What of a wrong answer the model is shown, characters. */
const maxShownLength = 4_000;

interface DrawnStructure {
  /** JSON that fits the schema. */
  text: string;
  how: GeneratedStructure<unknown>["how"];
  drawn: DrawnAnswers;
}

function toInstruction(jsonSchema: JsonSchema): string {
  return `Answer with JSON that matches this JSON Schema, and with nothing else:\n${JSON.stringify(jsonSchema)}`;
}

function toRepair({ instruction = "" }: Question, text: string, problems: readonly string[]): string {
  const shown = text.trim().slice(0, maxShownLength);
  return `${instruction}\n\nThis answer was wrong:\n${shown}\n\n${problems.join("\n")}\n\nAnswer again, with the corrected JSON alone.`;
}

/** The value of an answer, or what is wrong with it. */
function read<Value>(schema: ReadSchema<Value>, text: string): ReturnType<ReadSchema<Value>["check"]> & { json?: unknown } {
  const parsed = parseJsonAnswer(text);
  if ("problem" in parsed) return { problems: [`It is not JSON: ${parsed.problem}.`] };
  return { ...schema.check(parsed.json), json: parsed.json };
}

type DrawnText = DrawnAnswers["answers"][number] & { drawn: DrawnAnswers };

/** A question's answer, with the text so far while it is written. */
async function* draw(
  model: OpenModel,
  question: Question,
  { context, begun }: { context: CallContext; begun: () => void },
): AsyncGenerator<string, DrawnText> {
  let text = "";
  const words = drawAnswers(model, question, { context, begun });
  try {
    for (;;) {
      const { done, value } = await words.next();
      if (done === true) return { text, finishReason: "eos", ...value.answers[0], drawn: value };
      text += value.text;
      yield text;
    }
  } finally {
    await words.return(undefined as never);
  }
}

/** The same without a limit that this server cannot enforce; it is checked in the end. @throws the error, where that is not it */
function withoutLimit(question: Question, error: unknown): Question {
  const { grammar } = question;
  const isAboutSchema = CodedError.isInstance(error) && error.code === "invalid_request" && grammar?.type === "json_schema";
  const schema = isAboutSchema && typeof grammar.schema === "object" ? relaxSchema(grammar.schema, error.details?.["keyword"]) : undefined;
  if (schema === undefined) throw error;
  return { ...question, grammar: { type: "json_schema", schema: { ...schema } } };
}

/** Has a model write; one more time, with the mistakes named, where its answer does not fit. Yields the text so far. */
function createAsk(schema: ReadSchema<unknown>, question: Question): Ask<string, DrawnStructure> {
  return async function* ask(model, context, begun) {
    let asked = question;
    let how: DrawnStructure["how"] = model.constrains ? "constrained" : "parsed";
    let problems: readonly string[] = [];
    for (let left = maxLimits; ;) {
      let answer: DrawnText;
      try {
        answer = yield* draw(model, asked, { context, begun });
      } catch (error) {
        if (left === 0) throw error;
        left -= 1;
        asked = withoutLimit(asked, error);
        how = how === "constrained" ? "parsed" : how;
        continue;
      }
      const { text, finishReason, drawn } = answer;
      const found = read(schema, text);
      if ("value" in found) return { text: JSON.stringify(found.json), how, drawn };
      problems = finishReason === "length" ? [...found.problems, "It was cut at its longest length; write less."] : found.problems;
      if (how === "repaired") break;
      how = "repaired";
      asked = { ...asked, instruction: toRepair(question, text, problems) };
    }
    throw new CodedError("inference_failed", `The answer does not fit its schema. ${problems.join(" ")}`, { details: { problems } });
  };
}

/** One answer that fits a schema, with the value while it grows. @throws what TieredLanguageModel.generateStructure throws */
export async function* streamStructure<Schema extends AnswerSchema>(
  put: PutQuestion,
  schema: Schema,
  call: Call,
): AsyncGenerator<StructureEvent<ValueOf<Schema>>> {
  type Value = ValueOf<Schema>;
  const form = readAnswerSchema(schema);
  const { jsonSchema } = form;
  const { contextApplied, ...plain } = toQuestion(call, structureTemperature);
  const question: Question = {
    ...plain,
    grammar: { type: "json_schema", schema: { ...jsonSchema } },
    instruction: toInstruction(jsonSchema),
  };
  const isWatched = call.operation === "streamStructure";
  const stream = put(call, {
    question,
    mayBeginAnew: true,
    isWatched,
    ask: createAsk(form, question),
    lengthOf: ({ text }) => text.length,
    usageOf: ({ drawn }) => drawn,
  });
  const opening = jsonSchema["type"] === "array" ? "[" : "{";
  let shown = "";
  try {
    for (;;) {
      const { done, value } = await stream.next();
      if (done === true) {
        const { text, how } = value.result;
        const found = form.check(JSON.parse(text));
        if (!("value" in found)) throw new CodedError("internal", "A structure that was checked does not fit its schema.");
        yield { type: "end", ...value.provenance, contextApplied, value: found.value, how };
        return;
      }
      if (typeof value !== "string") {
        shown = "";
        yield value;
        continue;
      }
      const grown = parsePartialJson(value, opening);
      const json = JSON.stringify(grown);
      if (grown === undefined || json === shown) continue;
      shown = json;
      yield { type: "partial", value: grown as Growing<Value> };
    }
  } finally {
    await stream.return(undefined as never);
  }
}

import { CodedError } from "@repo/contracts/coded-error";
import { type AnswerSchema, type JsonSchema, readAnswerSchema, type ReadSchema, type ValueOf } from "./answer-schema.ts";
import type { Ask } from "./ask-in-turn.ts";
import { drawAnswers, type DrawnAnswers, type Question } from "./draw-answers.ts";
import type { GeneratedStructure, Growing, StructureEvent } from "./language-model.ts";
import { parseJsonAnswer } from "./parse-json-answer.ts";
import { parsePartialJson } from "./parse-partial-json.ts";
import { type Call, type PutQuestion, toQuestion } from "./put-question.ts";

/** @source the original client, which lets structures vary less than words */
const structureTemperature = 0.2;
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

function toRepair(question: Question, text: string, problems: readonly string[]): Question {
  const shown = text.trim().slice(0, maxShownLength);
  return {
    ...question,
    instruction: `${question.instruction ?? ""}\n\nThis answer was wrong:\n${shown}\n\n${problems.join("\n")}\n\nAnswer again, with the corrected JSON alone.`,
  };
}

/** The value of an answer, or what is wrong with it. */
function read<Value>(schema: ReadSchema<Value>, text: string): ReturnType<ReadSchema<Value>["check"]> & { json?: unknown } {
  const parsed = parseJsonAnswer(text);
  if ("problem" in parsed) return { problems: [`It is not JSON: ${parsed.problem}.`] };
  return { ...schema.check(parsed.json), json: parsed.json };
}

/** Has a model write; one more time, with the mistakes named, where its answer does not fit. Yields the text so far. */
function createAsk(schema: ReadSchema<unknown>, question: Question): Ask<string, DrawnStructure> {
  return async function* ask(model, context, begun) {
    let asked = question;
    let problems: readonly string[] = [];
    for (const how of [model.constrains ? ("constrained" as const) : ("parsed" as const), "repaired" as const]) {
      let text = "";
      const words = drawAnswers(model, asked, { context, begun });
      let drawn: DrawnAnswers | undefined;
      try {
        for (;;) {
          const { done, value } = await words.next();
          if (done === true) {
            drawn = value;
            break;
          }
          text += value.text;
          yield text;
        }
      } finally {
        await words.return(undefined as never);
      }
      const answer = drawn.answers[0];
      const found = read(schema, answer?.text ?? text);
      if ("value" in found) return { text: JSON.stringify(found.json), how, drawn };
      problems = answer?.finishReason === "length" ? [...found.problems, "It was cut at its longest length; write less."] : found.problems;
      asked = toRepair(question, answer?.text ?? text, problems);
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

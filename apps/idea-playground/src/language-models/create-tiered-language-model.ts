import { CodedError } from "@repo/contracts/coded-error";
import { drawAnswers, type DrawnAnswers, type DrawnWords, type Question } from "./draw-answers.ts";
import type { GeneratedText, TextEvent, TieredLanguageModel } from "./language-model.ts";
import { type Asking, type Call, createPutQuestion, drain, type Given, type LanguageModelParts, toQuestion } from "./put-question.ts";
import { streamStructure } from "./write-structure.ts";
import { writeVariations } from "./write-variations.ts";

/** Words of one answer. */
function toAsking(question: Question, isWatched: boolean): Asking<DrawnWords, DrawnAnswers> {
  return {
    question,
    // Words that were read cannot be taken back.
    mayBeginAnew: !isWatched,
    isWatched,
    ask: (model, context, begun) => drawAnswers(model, question, { context, begun }),
    lengthOf: ({ answers }) => answers.reduce((total, { text }) => total + text.length, 0),
    usageOf: (drawn) => drawn,
  };
}

function toText({ result, provenance }: Given<DrawnAnswers>, contextApplied: boolean): GeneratedText {
  const [answer] = result.answers;
  return { ...provenance, contextApplied, text: answer?.text ?? "", finishReason: answer?.finishReason ?? "eos" };
}

/** The language models of the four tiers, as the settings have them at each question. */
export function createTieredLanguageModel(parts: LanguageModelParts): TieredLanguageModel {
  const put = createPutQuestion(parts);

  async function* streamText(call: Call): AsyncGenerator<TextEvent> {
    const { contextApplied, ...question } = toQuestion(call);
    const stream = put(call, toAsking(question, true));
    let written = false;
    try {
      for (;;) {
        const { done, value } = await stream.next();
        if (done === true) {
          const text = toText(value, contextApplied);
          // An answer that was kept comes in one piece.
          if (!written && text.text !== "") yield { type: "text", text: text.text };
          yield { type: "end", ...text };
          return;
        }
        if ("type" in value) {
          yield value;
          continue;
        }
        written = true;
        yield { type: "text", text: value.text };
      }
    } finally {
      await stream.return(undefined as never);
    }
  }

  return {
    async generate(...[prompt, tier, context, options = {}]) {
      const call: Call = { operation: "generate", prompt, tier, context, options };
      const { contextApplied, ...question } = toQuestion(call);
      return toText(await drain(put(call, toAsking(question, false))), contextApplied);
    },
    async generateStructure(...[prompt, schema, tier, context, options = {}]) {
      for await (const event of streamStructure(put, schema, { operation: "generateStructure", prompt, tier, context, options })) {
        if (event.type === "end") {
          const { type: _, ...structure } = event;
          return structure;
        }
      }
      throw new CodedError("internal", "A structure ended without an end.");
    },
    async generateVariations(...[prompt, count, tier, context, options = {}]) {
      return await writeVariations(put, count, { operation: "generateVariations", prompt, tier, context, options });
    },
    stream: (prompt, tier, context, options = {}) => streamText({ operation: "stream", prompt, tier, context, options }),
    streamStructure: (...[prompt, schema, tier, context, options = {}]) =>
      streamStructure(put, schema, { operation: "streamStructure", prompt, tier, context, options }),
  };
}

import { setTimeout as sleep } from "node:timers/promises";
import { CodedError } from "@repo/contracts/coded-error";
import type { GenerateOptions, PromptContext, Provenance } from "../src/language-models/language-model.ts";
import type { Tier } from "../src/language-models/tiers.ts";
import { type IdeaContent, ideaFieldNames, ideaFields } from "../src/features/playground/idea-content.ts";
import type { CardWriter } from "../src/features/playground/write-cards.ts";

/** A writer of cards that says what a test tells it to, field by field. */
export interface ScriptedWriter extends CardWriter {
  /** What it was asked, in order, and the facts in front of each. */
  prompts: string[];
  contexts: PromptContext[];
  /** Streams under way, and the most there were at once. */
  running: number;
  maxAtOnce: number;
}

/** A whole idea about `title`; two with different titles have hardly a word in common. */
export function toDraft(title: string): IdeaContent {
  const entries = ideaFieldNames.map((name) => {
    const words = `${title.replaceAll(" ", name)} ${title} ${name}`;
    return [name, ideaFields[name].kind === "list" ? [`${words} one`, `${words} two`] : words];
  });
  return { ...(Object.fromEntries(entries) as unknown as IdeaContent), title };
}

/**
 * Makes one.
 * @param script.answers one per question, in order; the last one again for all further ones. An error is thrown
 * @param script.pauseMs between two fields
 */
export function scriptWriter(script: {
  answers: readonly (IdeaContent | Error)[];
  provenance?: Partial<Provenance>;
  pauseMs?: number;
}): ScriptedWriter {
  const { answers, provenance, pauseMs = 0 } = script;
  const writer: ScriptedWriter = {
    prompts: [],
    contexts: [],
    running: 0,
    maxAtOnce: 0,
    streamStructure: streamStructure as CardWriter["streamStructure"],
  };

  async function* streamStructure(...question: [string, unknown, Tier?, PromptContext?, GenerateOptions?]) {
    const [prompt, , tier = "base", context = {}, options = {}] = question;
    const answer = answers[writer.prompts.length] ?? answers.at(-1);
    writer.prompts.push(prompt);
    writer.contexts.push(context);
    writer.running += 1;
    writer.maxAtOnce = Math.max(writer.maxAtOnce, writer.running);
    try {
      if (answer === undefined || answer instanceof Error) throw answer ?? new Error("no answer");
      for (const attempt of provenance?.fallbackPath ?? []) yield { type: "fallback", attempt };
      const value: Record<string, unknown> = {};
      for (const name of ideaFieldNames) {
        if (options.signal?.aborted === true) throw new CodedError("cancelled", "Nobody waits for it.");
        value[name] = answer[name];
        yield { type: "partial", value: { ...value } };
        await sleep(pauseMs);
      }
      yield { type: "end", value: answer, how: "constrained", ...toProvenance(tier), ...provenance };
    } finally {
      writer.running -= 1;
    }
  }
  return writer;
}

function toProvenance(tier: Tier): Provenance {
  return {
    tier,
    answeredBy: tier,
    variant: "live",
    fallbackPath: [],
    model: "test/model",
    modelVersion: null,
    contextApplied: false,
    usage: undefined,
    timings: { totalMs: 1 },
    cached: false,
  };
}

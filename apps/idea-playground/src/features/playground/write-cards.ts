import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import { toCodedError } from "@repo/server-kit/error-response";
import type { FailedAttempt, Provenance, TieredLanguageModel } from "../../language-models/language-model.ts";
import type { Tier } from "../../language-models/tiers.ts";
import type { CardEvent, CardProblem } from "./card-events.ts";
import { type IdeaContent, ideaDraft, ideaFieldNames, type PartialIdea, toIdeaContent, toPartialIdea } from "./idea-content.ts";
import { toAuthorLine } from "./idea-words.ts";
import { isNearDuplicate } from "./is-near-duplicate.ts";
import { mergeStreams } from "./merge-streams.ts";
import type { Authorship } from "./schema.ts";
import type { CardPrompt } from "./to-prompt.ts";

/** Cards to be written. */
export interface CardRun {
  count: number;
  order: "sequence" | "parallel";
  tier: Tier | undefined;
  /** What the model is asked for the next card, given the ideas that are there by then. */
  toPrompt: (others: readonly IdeaContent[]) => CardPrompt;
  /** Ideas that the cards must differ from. */
  others: readonly IdeaContent[];
  /** Changes what was written before it is kept. */
  finish?: (content: IdeaContent) => IdeaContent;
  /** Keeps a card; what it returns is shown in its place. */
  keep: (content: IdeaContent, authorship: Authorship) => Promise<{ id: string; markup: string }>;
  /** Called with what was thrown where a card failed, for the log. */
  onFailure?: (error: CodedError) => void;
}

/** What cards are written with. */
export type CardWriter = Pick<TieredLanguageModel, "streamStructure">;

/** How daring the first card is, and how much more each next one. @source the seed's sequential generation */
const temperature = { first: 0.7, step: 0.05, again: 0.15, most: 1.2 };
/**
 * Leaves out tokens less likely than this share of the likeliest one: a small model at these temperatures falls into
 * repeating one syllable otherwise. @source Min-p sampling (arXiv 2407.01082), which recommends 0.05 to 0.1
 */
const minP = 0.1;
/** Longest card in tokens: with every field as long as it may be a card has about 900. @source the seed's default */
const maxNewTokens = 1_024;
/** Tries for a card that says the same as another one. */
const maxTries = 3;
/** Pause between two looks at a growing card, milliseconds. */
const fieldsIntervalMs = 60;

/**
 * Writes cards and keeps each as it is finished; a card that fails does not stop the others. The context's signal, or
 * leaving the loop, stops the model; what was kept stays.
 */
export async function* writeCards(writer: CardWriter, run: CardRun, context: CallContext): AsyncGenerator<CardEvent> {
  const ideas = [...run.others];
  const counts = { saved: 0, failed: 0 };
  const cards = Array.from({ length: run.count }, (_, card) => writeCard({ writer, run, context, ideas }, card));
  const events = run.order === "parallel" ? mergeStreams(cards) : inSequence(cards);
  for await (const event of events) {
    if (event.type === "saved" || event.type === "failed") counts[event.type] += 1;
    yield event;
  }
  yield { type: "end", ...counts };
}

async function* inSequence<Value>(streams: readonly AsyncGenerator<Value>[]): AsyncGenerator<Value> {
  for (const stream of streams) yield* stream;
}

interface RunState {
  writer: CardWriter;
  run: CardRun;
  context: CallContext;
  /** Grows with every card that is kept. */
  ideas: IdeaContent[];
}

async function* writeCard(state: RunState, card: number): AsyncGenerator<CardEvent> {
  const { run, context, ideas } = state;
  try {
    for (let attempt = 0; attempt < maxTries; attempt += 1) {
      yield { type: "writing", card, isAgain: attempt > 0 };
      const written = yield* drawCard(state, card, attempt);
      const content = run.finish?.(written.content) ?? written.content;
      if (ideas.some((idea) => isNearDuplicate(idea, content))) continue;
      ideas.push(content);
      const kept = await run.keep(content, written.authorship);
      yield { type: "saved", card, ...kept, note: toNote(written.authorship) };
      return;
    }
    const message = `The model wrote nearly the same as another card, ${maxTries} times. Say more about what you want, or ask for fewer cards.`;
    yield { type: "failed", card, problem: { message, attempts: [] } };
  } catch (thrown) {
    if (context.signal?.aborted === true) throw thrown;
    const error = toCodedError(thrown);
    run.onFailure?.(error);
    yield { type: "failed", card, problem: toProblem(error) };
  }
}

async function* drawCard(
  { writer, run, context, ideas }: RunState,
  card: number,
  attempt: number,
): AsyncGenerator<CardEvent, { content: IdeaContent; authorship: Authorship }> {
  const { prompt, context: facts } = run.toPrompt(ideas);
  const daring = temperature.first + temperature.step * card + temperature.again * attempt;
  const options = { ...context, maxNewTokens, minP, temperature: Math.min(temperature.most, daring), cache: false };
  let shown: PartialIdea = {};
  let shownAt = 0;
  for await (const event of writer.streamStructure(prompt, ideaDraft, run.tier, facts, options)) {
    if (event.type === "end") return { content: toIdeaContent(event.value), authorship: toAuthorship(event) };
    if (event.type === "fallback") {
      const { tier, reason } = event.attempt;
      yield { type: "fallback", card, tier, reason };
      continue;
    }
    if (Date.now() - shownAt < fieldsIntervalMs) continue;
    const grown = toPartialIdea(event.value as Record<string, unknown>);
    const fields = toChanges(shown, grown);
    if (Object.keys(fields).length === 0) continue;
    [shown, shownAt] = [grown, Date.now()];
    yield { type: "fields", card, fields };
  }
  throw new CodedError("inference_failed", "The answer ended before the card was finished.");
}

/** Fields that are not as they were shown; those that are gone, since another tier began anew, are empty. */
function toChanges(shown: PartialIdea, grown: PartialIdea): PartialIdea {
  const changes: PartialIdea = {};
  for (const name of ideaFieldNames) {
    const [before, now] = [shown[name], grown[name]];
    if (now === undefined) {
      if (before !== undefined) changes[name] = Array.isArray(before) ? [] : "";
    } else if (JSON.stringify(before) !== JSON.stringify(now)) changes[name] = now;
  }
  return changes;
}

const toAttempts = (path: readonly FailedAttempt[]): CardProblem["attempts"] => path.map(({ tier, reason }) => ({ tier, reason }));

function toAuthorship({ tier, answeredBy, model, fallbackPath }: Provenance): Authorship {
  return { asked: tier, answered: answeredBy, model, failed: toAttempts(fallbackPath) };
}

/** What is to be said about who wrote a card; null where the tier that was asked did. */
function toNote(authorship: Authorship): string | null {
  const { text, cause } = toAuthorLine(authorship);
  return cause === null ? null : `${text}. ${cause}`;
}

function toProblem(error: CodedError): CardProblem {
  const path = error.details?.["fallbackPath"];
  return { message: error.message, attempts: Array.isArray(path) ? toAttempts(path as FailedAttempt[]) : [] };
}

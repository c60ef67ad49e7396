import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import { maxAnswersPerRequest, type TokenUsage } from "@repo/contracts/generate-text";
import type { OpenModel } from "./answerer.ts";
import type { Ask } from "./ask-in-turn.ts";
import { drawAnswers, type DrawnAnswers, type Question } from "./draw-answers.ts";
import { isSameText } from "./is-same-text.ts";
import type { GeneratedVariations } from "./language-model.ts";
import { type Call, drain, type PutQuestion, toQuestion } from "./put-question.ts";

/** @source the original client: 0.7, and up to 0.3 more by chance, which makes one variation more daring than another */
const variationTemperature = 0.85;
/** Rounds in which what is missing is drawn again, and how much more daring each is. */
const maxRounds = 3;
const temperatureStep = 0.15;
const maxTemperature = 1.3;
/** Questions to a server that draws one answer per question, at the same time. */
const maxQuestionsInFlight = 4;

interface DrawnVariations {
  variations: string[];
  redrawn: number;
  problems: string[];
  drawn: Pick<DrawnAnswers, "usage" | "timings">;
}

function addUsage(a: TokenUsage | undefined, b: TokenUsage | undefined): TokenUsage | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return {
    promptTokens: a.promptTokens + b.promptTokens,
    cachedTokens: a.cachedTokens + b.cachedTokens,
    generatedTokens: a.generatedTokens + b.generatedTokens,
  };
}

/** The round's own sampling: other random numbers, a little more daring. Temperature 0 stays. */
function toRound(question: Question, round: number): Question {
  const { temperature = variationTemperature, seed } = question.sampling;
  return {
    ...question,
    sampling: {
      ...question.sampling,
      temperature: temperature === 0 ? 0 : Math.max(temperature, Math.min(maxTemperature, temperature + temperatureStep * round)),
      // Answer i of a seed has its own random numbers, so that rounds must lie further apart than answers.
      seed: seed === undefined ? undefined : seed + round * maxAnswersPerRequest,
    },
  };
}

type Draw = (question: Question, count: number) => Promise<{ results: DrawnAnswers[]; errors: CodedError[] }>;

/** One request for all, or one per answer at servers that know no better; there, some may fail. */
function createDraw(model: OpenModel, context: CallContext, begun: () => void): Draw {
  const drawOne = async (question: Question) => await drain(drawAnswers(model, question, { context, begun }));
  if (model.drawsSeveral) return async (question, count) => ({ results: [await drawOne({ ...question, answers: count })], errors: [] });
  return async (question, count) => {
    const results: DrawnAnswers[] = [];
    const errors: CodedError[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let index = next++; index < count; index = next++) {
        const { seed } = question.sampling;
        const own = { ...question, sampling: { ...question.sampling, seed: seed === undefined ? undefined : seed + index } };
        try {
          results.push(await drawOne(own));
        } catch (error) {
          if (!CodedError.isInstance(error) || context.signal?.aborted === true) throw error;
          errors.push(error);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(count, maxQuestionsInFlight) }, work));
    return { results, errors };
  };
}

function createAsk(question: Question, count: number): Ask<never, DrawnVariations> {
  // eslint-disable-next-line require-yield -- variations are shown whole, so that nothing is told before the end
  return async function* ask(model, context, begun) {
    const draw = createDraw(model, context, begun);
    const variations: string[] = [];
    let [same, empty, failed] = [0, 0, 0];
    let drawn: DrawnVariations["drawn"] = { usage: undefined, timings: {} };
    let error: CodedError | undefined;
    const isFixed = question.sampling.temperature === 0;
    for (let round = 0; round < (isFixed ? 1 : maxRounds) && variations.length < count; round += 1) {
      const { results, errors } = await draw(toRound(question, round), isFixed ? 1 : count - variations.length).catch((thrown: unknown) => {
        if (variations.length === 0 || !CodedError.isInstance(thrown) || context.signal?.aborted === true) throw thrown;
        return { results: [], errors: [thrown] };
      });
      failed += errors.length;
      error ??= errors[0];
      for (const result of results) {
        drawn = { usage: addUsage(drawn.usage, result.usage), timings: round === 0 ? result.timings : drawn.timings };
        for (const { text } of result.answers) {
          if (text.trim() === "") empty += 1;
          else if (variations.some((other) => isSameText(other, text))) same += 1;
          else variations.push(text);
        }
      }
      if (results.length === 0) break;
    }
    if (variations.length === 0) throw error ?? new CodedError("inference_failed", "The model answered with nothing.");
    const problems =
      variations.length >= count
        ? []
        : [
            ...(isFixed ? ["At temperature 0 a model has one answer."] : []),
            ...(same > 0 ? [`${same} said the same as another one.`] : []),
            ...(empty > 0 ? [`${empty} were empty.`] : []),
            ...(error === undefined ? [] : [`${failed} failed: ${error.message}`]),
          ];
    return { variations, redrawn: same + empty, problems, drawn };
  };
}

/** Several distinct answers. @throws what TieredLanguageModel.generateVariations throws */
export async function writeVariations(put: PutQuestion, count: number, call: Call): Promise<GeneratedVariations> {
  if (!Number.isInteger(count) || count < 1 || count > maxAnswersPerRequest)
    throw new CodedError("invalid_request", `Between 1 and ${maxAnswersPerRequest} variations can be asked for.`);
  const { contextApplied, ...question } = toQuestion(call, variationTemperature);
  const { result, provenance } = await drain(
    put(call, {
      question: { ...question, answers: count },
      mayBeginAnew: true,
      isWatched: false,
      ask: createAsk(question, count),
      lengthOf: ({ variations }) => variations.reduce((total, text) => total + text.length, 0),
      usageOf: ({ drawn }) => drawn,
    }),
  );
  const { variations, redrawn, problems } = result;
  return { ...provenance, contextApplied, variations, requested: count, failed: count - variations.length, redrawn, problems };
}

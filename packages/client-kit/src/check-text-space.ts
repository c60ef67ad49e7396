import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import { healthResponse } from "@repo/contracts/health";
import type { AdaptiveTextGenerator } from "./adaptive-text-generator.ts";
import type { SpaceClient } from "./create-space-client.ts";
import { diagnoseSpace, type SpaceCondition, spaceConditions } from "./diagnose-space.ts";
import { judgeTextFailure } from "./judge-text-failure.ts";
import { sleep } from "./sleep.ts";
import type { TextWireFacts } from "./text-wire.ts";

/** What is looked at, in this order: each needs the ones before. */
export const checkSteps = ["address", "awake", "authorised", "path", "body", "answer", "latency"] as const;

/** One of {@link checkSteps}. */
export type CheckStep = (typeof checkSteps)[number];

/** How a step went. running is told when it begins, and again whenever there is news of it. */
export interface StepReport {
  step: CheckStep;
  state: "running" | "passed" | "warned" | "failed" | "skipped";
  /** What was seen, for people. */
  message: string;
  /** What to do; for failed and warned. */
  fix?: string;
}

/** What a check found. */
export interface TextSpaceCheck {
  ok: boolean;
  condition: SpaceCondition;
  title: string;
  fix: string;
  /** The last report of every step. */
  steps: StepReport[];
  /** What was seen, one sentence per look. */
  evidence: string[];
  wire?: TextWireFacts;
  /** Which model answered, in the server's words. */
  model?: string;
  /** Its version, where the server tells one. */
  revision?: string;
  /** Beginning of the answer. */
  text?: string;
  latencyMs?: number;
}

/** Options of {@link checkTextSpace}. */
export interface CheckTextSpaceOptions extends CallContext {
  /** How long a sleeping Space is waited for, milliseconds; 0: it is woken and left alone. Default 0. */
  waitForWakeMs?: number | undefined;
}

const question = "Say hello in one short sentence.";
/** Few tokens: it is about whether an answer comes. */
const maxNewTokens = 16;
/** A server that answers a sentence later than this is called slow, milliseconds. */
const slowMs = 15_000;
/** Time between two looks at a waking Space, milliseconds. */
const wakeLookMs = 1_000;
const maxShownLength = 200;

/** The reports of a check, the last one of every step. */
class CheckBook {
  readonly evidence: string[] = [];
  readonly #steps = new Map<CheckStep, StepReport>();

  tell(step: CheckStep, state: StepReport["state"], message: string, fix?: string): StepReport {
    const report = { step, state, message, ...(fix === undefined ? {} : { fix }) };
    this.#steps.set(step, report);
    return report;
  }

  conclude(condition: SpaceCondition, facts: Partial<TextSpaceCheck> = {}): TextSpaceCheck {
    const skipped = (step: CheckStep): StepReport => ({ step, state: "skipped", message: "Not looked at." });
    return {
      ok: condition === "awake",
      condition,
      ...spaceConditions[condition],
      steps: checkSteps.map((step) => this.#steps.get(step) ?? skipped(step)),
      evidence: this.evidence,
      ...facts,
    };
  }
}

/**
 * Finds out step by step whether a Space writes text, and what keeps it from doing so: is the address one, is it awake, does
 * it let us in, is there something at the path, does it read our body, does it answer, how fast. Yields each step as it
 * goes; the question that is asked is a real one.
 * @throws cancelled and deadline_exceeded of its own context only
 */
export async function* checkTextSpace(
  generator: AdaptiveTextGenerator,
  { waitForWakeMs = 0, ...context }: CheckTextSpaceOptions = {},
): AsyncGenerator<StepReport, TextSpaceCheck> {
  const { address } = generator.space;
  const book = new CheckBook();
  yield book.tell("address", "passed", address.spaceId === undefined ? address.baseUrl : `${address.baseUrl} (${address.spaceId})`);
  const found = yield* findAwake(generator.space, book, { waitForWakeMs, context });
  if (found === "awake") return yield* askQuestion(generator, book, context);
  const { title, fix } = spaceConditions[found];
  const isGuarded = found === "private" || found === "wrong_key";
  if (isGuarded) yield book.tell("awake", "passed", "Something answers.");
  yield book.tell(isGuarded ? "authorised" : "awake", "failed", title, fix);
  return book.conclude(found);
}

/** Looks until it is awake, or waiting does not help, or has lasted too long. */
async function* findAwake(
  space: SpaceClient,
  book: CheckBook,
  { waitForWakeMs, context }: { waitForWakeMs: number; context: CallContext },
): AsyncGenerator<StepReport, SpaceCondition> {
  yield book.tell("awake", "running", "Looking whether it is awake.");
  const giveUpAt = Math.min(Date.now() + waitForWakeMs, context.deadlineAt ?? Infinity);
  for (;;) {
    const found = await lookWhetherAwake(space, context, book.evidence);
    if (found === "awake") yield book.tell("awake", "passed", book.evidence.at(-1) ?? "It answers.");
    const isWaking = found === "asleep" || found === "building" || found === "loading";
    if (isWaking) space.wake();
    if (!isWaking || Date.now() + wakeLookMs > giveUpAt) return found;
    const { estimateMs } = space.getState();
    const rest = estimateMs === undefined ? "" : ` About ${Math.max(1, Math.round(estimateMs / 1000))} s to go.`;
    yield book.tell("awake", "running", `${spaceConditions[found].title} Waiting until it is awake.${rest}`);
    await sleep(wakeLookMs, context.signal === undefined ? {} : { signal: context.signal });
  }
}

async function* askQuestion(
  generator: AdaptiveTextGenerator,
  book: CheckBook,
  context: CallContext,
): AsyncGenerator<StepReport, TextSpaceCheck> {
  yield book.tell("authorised", "running", "Asking it a question.");
  const startedAt = performance.now();
  try {
    const wire = await generator.detect(context);
    const info = await generator.info(context);
    const input = info.hasChatTemplate ? { messages: [{ role: "user" as const, content: question }] } : { prompt: question };
    const askedAt = performance.now();
    const { answers, model } = await generator.generate({ input, sampling: { maxNewTokens, temperature: 0 } }, context);
    const latencyMs = performance.now() - askedAt;
    const text = (answers[0]?.text ?? "").trim().slice(0, maxShownLength);
    yield* tellAnswer(book, { wire, model: model.model, text, latencyMs });
    const revision = model.revision === "" ? {} : { revision: model.revision };
    return book.conclude("awake", { wire, model: model.model, ...revision, text, latencyMs });
  } catch (thrown) {
    if (!CodedError.isInstance(thrown) || context.signal?.aborted === true) throw thrown;
    book.evidence.push(thrown.message);
    const isOnHub = new URL(generator.space.address.baseUrl).hostname.endsWith(".hf.space");
    const { step, condition, message, fix = spaceConditions[condition].fix } = judgeTextFailure(thrown, isOnHub);
    for (const earlier of checkSteps.slice(2, checkSteps.indexOf(step))) yield book.tell(earlier, "passed", passedWords[earlier] ?? "");
    yield book.tell(step, "failed", message, fix);
    return book.conclude(condition, { fix, latencyMs: performance.now() - startedAt });
  }
}

function* tellAnswer(
  book: CheckBook,
  { wire, model, text, latencyMs }: { wire: TextWireFacts; model: string; text: string; latencyMs: number },
): Generator<StepReport> {
  yield book.tell("authorised", "passed", "It lets us in.");
  yield book.tell("path", "passed", `POST ${wire.path} answers${wire.kind === "outpost" ? ", by this project's own route" : ""}.`);
  const body = wire.format === undefined ? `It reads our requests (${wire.kind}).` : `It reads bodies of the form "${wire.format}".`;
  yield book.tell("body", "passed", body);
  yield text === ""
    ? book.tell("answer", "warned", "It answered with an empty text.", "Ask it for more than a few words; see the log of the Space.")
    : book.tell("answer", "passed", `${model} wrote: ${text}`);
  const seconds = `${(latencyMs / 1000).toFixed(1)} s for up to ${maxNewTokens} tokens.`;
  yield latencyMs > slowMs
    ? book.tell("latency", "warned", seconds, "Use a smaller model or larger hardware, or raise the time that answers may take.")
    : book.tell("latency", "passed", seconds);
}

const passedWords: Partial<Record<CheckStep, string>> = {
  authorised: "It lets us in.",
  path: "Something reads questions at the path.",
  body: "It reads our requests.",
  answer: "It began to answer.",
};

/** A server of another make has no /health; any answer of its own in JSON or text says that it is awake. */
async function lookWhetherAwake(space: SpaceClient, context: CallContext, evidence: string[]): Promise<SpaceCondition> {
  const health = await space.get("/health", context).catch((error: unknown) => {
    if (!CodedError.isInstance(error) || context.signal?.aborted === true) throw error;
    return error;
  });
  const answers = !CodedError.isInstance(health) && !health.isHtml && health.status < 500;
  const isOurs = answers && healthResponse.safeParse(health.json).success;
  if (answers && !isOurs && health.status !== 401 && health.status !== 403) {
    evidence.push(`GET /health answered ${health.status}: a server of another make is awake here.`);
    return "awake";
  }
  const diagnosis = await diagnoseSpace(space, context);
  evidence.push(...diagnosis.evidence);
  // Its front page may be HTML while its API answers: a Gradio demo, say.
  if (diagnosis.condition === "not_a_space" || diagnosis.condition === "wrong_path") {
    const root = await space.get("/config", context).catch(() => undefined);
    if (root?.json !== undefined) return "awake";
  }
  return diagnosis.condition;
}

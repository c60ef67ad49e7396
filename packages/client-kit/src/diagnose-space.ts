import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import { healthResponse, readyResponse } from "@repo/contracts/health";
import type { SpaceClient } from "./create-space-client.ts";
import { hubRuntimePath, parseHubRuntime, type HubRuntime } from "./hub-runtime.ts";
import type { HttpAnswer } from "./send-request.ts";

/** What can be wrong with a Space, in the order a person would suspect it, with the way out. */
export const spaceConditions = {
  awake: { title: "The Space is awake and answers.", fix: "Nothing to do." },
  loading: { title: "The Space runs and its model is still loading.", fix: "Wait some seconds; /status of the Space shows how far it is." },
  asleep: {
    title: "The Space is asleep.",
    fix: "This request wakes it; a free Space takes 30 seconds to 2 minutes. It sleeps after 48 hours without visits.",
  },
  building: { title: "The Space is building or starting.", fix: "Wait until the build is done; its log is on the Space's page." },
  paused: { title: "The Space is paused.", fix: "Its owner restarts it on the Space's page, under Settings; requests do not wake it." },
  build_error: {
    title: "The Space could not be built.",
    fix: "Read the build log on the Space's page. README.md must begin with `sdk: docker` and `app_port`.",
  },
  runtime_error: { title: "The Space started and crashed.", fix: "Read the container log on the Space's page, then restart it." },
  out_of_memory: {
    title: "The Space ran out of memory and was stopped.",
    fix: "Use a smaller model or fewer workers, or larger hardware; then restart it.",
  },
  model_failed: {
    title: "The Space runs, but its model could not be loaded.",
    fix: "Read /status of the Space: a missing file, a Git LFS pointer in place of weights, or a wrong hash is named there.",
  },
  private: {
    title: "The Space is private or does not exist.",
    fix: "Set a Hugging Face token that may read it, and check owner and name.",
  },
  wrong_key: {
    title: "The Space asks for a key, and this one is missing or wrong.",
    fix: "Set one of the keys in the Space's SPACE_API_KEYS.",
  },
  wrong_path: {
    title: "Something answers at this address, but it is not this Space.",
    fix: "Check the address: the base URL without a path, of a Space that serves this capability.",
  },
  wrong_body: { title: "The Space is awake and refuses what it is sent.", fix: "Run the same version of the Space and of this app." },
  busy: { title: "The Space is busy.", fix: "Try again in a moment; if it stays so, give it more hardware or send it less." },
  failing: { title: "The Space is awake and fails.", fix: "Read its log; the request id in the error finds the line." },
  unreachable: { title: "The Space cannot be reached over the network.", fix: "Check the address, the network, and that the server runs." },
  not_a_space: {
    title: "The address is not that of a Space.",
    fix: "Use owner/name, https://huggingface.co/spaces/owner/name, https://owner-name.hf.space or the URL of your own server.",
  },
} as const satisfies Record<string, { title: string; fix: string }>;

/** One of {@link spaceConditions}. */
export type SpaceCondition = keyof typeof spaceConditions;

/** What is wrong, why we think so, and what to do. */
export interface SpaceDiagnosis {
  condition: SpaceCondition;
  title: string;
  fix: string;
  /** What was seen, one sentence per look, for a person who wants to check. */
  evidence: string[];
  /** What the Hub says, when it was asked and answered. */
  stage?: string;
}

/** Options of {@link diagnoseSpace}. */
export interface DiagnoseSpaceOptions extends CallContext {
  /** A real request, e.g. `() => embedder.probe()`; without it, wrong keys and wrong bodies stay hidden behind /health. */
  trial?: (() => Promise<unknown>) | undefined;
}

/**
 * Finds out why a Space does not answer as it should. What the Space itself answers is trusted over what the Hub says
 * of it. Looks without retries; takes at most three requests and the trial. Never throws for what it finds.
 * @throws cancelled and deadline_exceeded of its own context only
 */
export async function diagnoseSpace(client: SpaceClient, options: DiagnoseSpaceOptions = {}): Promise<SpaceDiagnosis> {
  const { trial, ...context } = options;
  const evidence: string[] = [];
  const note = (sentence: string) => void evidence.push(sentence);
  const health = await look(client, "/health", context, note);
  if (!CodedError.isInstance(health) && healthResponse.safeParse(health.json).success) {
    return conclude((await judgeReady(client, context, note)) ?? (await judgeTrial(trial, note)), evidence);
  }
  const hub = await askHub(client, context, note);
  const condition = judgeHub(hub, health) ?? judgeEdge(health, hubRuntimePath(client.address) !== undefined);
  return { ...conclude(condition, evidence), ...(hub === undefined || hub === "hidden" ? {} : { stage: hub.stage }) };
}

function conclude(condition: SpaceCondition, evidence: string[]): SpaceDiagnosis {
  return { condition, ...spaceConditions[condition], evidence };
}

async function look(
  client: SpaceClient,
  path: string,
  context: CallContext,
  note: (sentence: string) => void,
): Promise<HttpAnswer | CodedError> {
  try {
    const answer = await client.get(path, context);
    note(`GET ${path} answered ${answer.status} with ${describeBody(answer)}.`);
    return answer;
  } catch (error) {
    if (!CodedError.isInstance(error) || context.signal?.aborted === true) throw error;
    note(`GET ${path}: ${error.message}`);
    return error;
  }
}

function describeBody(answer: HttpAnswer): string {
  if (answer.isHtml) return "an HTML page";
  return answer.json === undefined ? "text" : "JSON";
}

async function judgeReady(
  client: SpaceClient,
  context: CallContext,
  note: (sentence: string) => void,
): Promise<SpaceCondition | undefined> {
  const ready = await look(client, "/ready", context, note);
  const body = readyResponse.safeParse(CodedError.isInstance(ready) ? undefined : ready.json);
  if (!body.success || body.data.ready) return undefined;
  if (body.data.reason !== undefined && !CodedError.isInstance(ready)) note(`It says: ${ready.hide(body.data.reason)}`);
  return body.data.stage === "failed" ? "model_failed" : "loading";
}

async function judgeTrial(trial: (() => Promise<unknown>) | undefined, note: (sentence: string) => void): Promise<SpaceCondition> {
  try {
    await trial?.();
    return "awake";
  } catch (error) {
    if (!CodedError.isInstance(error)) throw error;
    note(error.message);
    switch (error.code) {
      case "unauthorized":
      case "forbidden":
        return "wrong_key";
      case "not_found":
      case "method_not_allowed":
        return "wrong_path";
      case "invalid_request":
      case "unsupported_media_type":
      case "payload_too_large":
      case "input_too_long":
        return "wrong_body";
      default:
        return error.details?.["cause"] === "contract" ? "wrong_body" : "failing";
    }
  }
}

/** "hidden": the Hub does not show it to this token, or there is no such Space. */
async function askHub(
  client: SpaceClient,
  context: CallContext,
  note: (sentence: string) => void,
): Promise<HubRuntime | "hidden" | undefined> {
  try {
    const answer = await client.getHubRuntime(context);
    if (answer === undefined) return undefined;
    if (answer.status === 401 || answer.status === 403 || answer.status === 404) {
      note(`The Hub answered ${answer.status} for this Space.`);
      return "hidden";
    }
    const runtime = parseHubRuntime(answer.json);
    if (runtime !== undefined)
      note(`The Hub says ${runtime.stage}${runtime.errorMessage === undefined ? "" : ` (${runtime.errorMessage.slice(0, 300)})`}.`);
    return runtime;
  } catch (error) {
    if (!CodedError.isInstance(error) || context.signal?.aborted === true) throw error;
    note(`The Hub could not be asked: ${error.message}`);
    return undefined;
  }
}

const conditionOfStage: Record<string, SpaceCondition> = {
  NO_APP_FILE: "build_error",
  CONFIG_ERROR: "build_error",
  BUILD_ERROR: "build_error",
  BUILDING: "building",
  APP_STARTING: "building",
  RUNNING_BUILDING: "building",
  RUNNING_APP_STARTING: "building",
  SLEEPING: "asleep",
  STOPPED: "asleep",
  PAUSED: "paused",
  DELETING: "not_a_space",
};

function judgeHub(hub: HubRuntime | "hidden" | undefined, health: HttpAnswer | CodedError): SpaceCondition | undefined {
  if (hub === undefined) return undefined;
  if (hub === "hidden") return "private";
  if (hub.stage === "RUNTIME_ERROR")
    return /memory|oom\b|exit code:? 137/i.test(hub.errorMessage ?? "") ? "out_of_memory" : "runtime_error";
  // RUNNING, yet its own /health does not answer: stuck while starting, if the edge answers for it.
  if (hub.stage === "RUNNING" && !CodedError.isInstance(health) && (health.isHtml || health.status >= 500) && health.status !== 404)
    return "building";
  return conditionOfStage[hub.stage];
}

function judgeEdge(health: HttpAnswer | CodedError, isOnHub: boolean): SpaceCondition {
  if (CodedError.isInstance(health)) {
    if (health.details?.["cause"] === "redirect") return "not_a_space";
    // The Hub's edge may hold a request while it starts the container.
    if (health.code === "deadline_exceeded") return isOnHub ? "asleep" : "failing";
    return "unreachable";
  }
  if (health.status === 401 || health.status === 403) return isOnHub ? "private" : "wrong_key";
  if (health.status === 404) return isOnHub && health.isHtml ? "private" : "wrong_path";
  if (isOnHub && (health.isHtml || health.status >= 500)) return "asleep";
  if (health.status >= 500) return "failing";
  return health.isHtml ? "not_a_space" : "wrong_path";
}

import type { CodedError, ErrorCode } from "@repo/contracts/coded-error";
import type { SpaceCondition } from "./diagnose-space.ts";

/** Parts of a question to a server at which it can fail, in their order. */
export type FailedStep = "awake" | "authorised" | "path" | "body" | "answer" | "latency";

/** What a failed question says about the server. */
export interface TextFailure {
  step: FailedStep;
  condition: SpaceCondition;
  /** What was seen, for people. */
  message: string;
  /** What to do, where it is more than what the condition says. */
  fix?: string;
}

interface Tried {
  path: string;
  format?: string;
  status: number;
  said: string;
}

const memoryWords = /out of memory|\boom\b|cannot allocate|exit code:? 137/i;

const byCode: Partial<Record<ErrorCode, Pick<TextFailure, "step" | "condition" | "fix">>> = {
  not_found: { step: "path", condition: "wrong_path" },
  method_not_allowed: { step: "path", condition: "wrong_path" },
  invalid_request: { step: "body", condition: "wrong_body" },
  unsupported_media_type: { step: "body", condition: "wrong_body" },
  payload_too_large: { step: "body", condition: "wrong_body" },
  input_too_long: { step: "body", condition: "wrong_body" },
  overloaded: { step: "answer", condition: "busy" },
  model_unavailable: { step: "awake", condition: "failing" },
  deadline_exceeded: {
    step: "latency",
    condition: "failing",
    fix: "It is awake and too slow for the time given; see its log and its queue.",
  },
};

/**
 * What the failure of a question says about the server that was asked.
 * @param isOnHub whether it is a Space on Hugging Face, whose edge hides private ones
 */
export function judgeTextFailure(error: CodedError, isOnHub: boolean): TextFailure {
  const { code, message, details, remote } = error;
  const cause = details?.["cause"];
  if (memoryWords.test(message)) return { step: "answer", condition: "out_of_memory", message };
  if (cause === "no_wire") return judgeTries((details?.["tried"] ?? []) as Tried[], message);
  if (cause === "contract" || cause === "malformed") return { step: "answer", condition: "wrong_body", message };
  if (cause === "html") return { step: "answer", condition: "not_a_space", message };
  if (code === "unauthorized" || code === "forbidden")
    return { step: "authorised", condition: isOnHub && remote?.said === undefined ? "private" : "wrong_key", message };
  return { step: "answer", condition: "failing", ...byCode[code], message };
}

/** Nothing at any path, or something that reads none of the bodies. */
function judgeTries(tried: readonly Tried[], message: string): TextFailure {
  const readable = tried.find(({ status }) => status !== 404 && status !== 405);
  if (readable === undefined) {
    const paths = [...new Set(tried.map(({ path }) => path))].join(", ");
    const fix = "Set the endpoint to the path under which this server generates text; its own documentation names it.";
    return { step: "path", condition: "wrong_path", message: `Nothing answers questions at ${paths}.`, fix };
  }
  if (readable.status < 300) {
    const fix = `The server answers at POST ${readable.path}, but with no text under a known name, such as generated_text. ${readable.said}`;
    return { step: "answer", condition: "wrong_body", message, fix };
  }
  const formats = [...new Set(tried.filter(({ path }) => path === readable.path).map(({ format }) => format))].join(", ");
  const fix = `POST ${readable.path} is there and reads none of the known bodies (${formats}). It said: ${readable.said}`;
  return { step: "body", condition: "wrong_body", message, fix };
}

import { CodedError } from "@repo/contracts/coded-error";
import type { Route } from "@repo/contracts/route";
import type { z } from "zod";
import { AttemptFailure } from "./attempt-failure.ts";
import { toAttemptFailure } from "./remote-error.ts";
import type { HttpAnswer } from "./send-request.ts";

/** The contract's value out of an HTTP answer. @throws AttemptFailure for an error status, a page, broken JSON or another contract */
export function parseAnswer<Request extends z.ZodType, Response extends z.ZodType>(
  route: Route<Request, Response>,
  answer: HttpAnswer,
  what: string,
): z.output<Response> {
  const remote = { url: answer.url, status: answer.status };
  if (answer.status < 200 || answer.status > 299) throw toAttemptFailure(answer, what);
  if (answer.isHtml) {
    throw new AttemptFailure(
      "asleep",
      new CodedError("model_unavailable", `${what} answered an HTML page: the Space is asleep, building, or this is not its address.`, {
        details: { cause: "html" },
        remote,
      }),
    );
  }
  if (answer.json === undefined) {
    throw new AttemptFailure(
      "transient",
      new CodedError("internal", `${what} answered something that is not JSON.`, { details: { cause: "malformed" }, remote }),
    );
  }
  const parsed = route.response.safeParse(answer.json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.slice(0, 3).map((issue) => `${issue.path.join(".") || "body"}: ${issue.message}`);
  throw new AttemptFailure(
    "final",
    new CodedError(
      "internal",
      `${what} answered something else than its contract says (${problems.join("; ")}). Is this the right Space, and the right version of it?`,
      {
        details: { cause: "contract", problems },
        remote,
      },
    ),
  );
}

import { CodedError } from "@repo/contracts/coded-error";
import type { z } from "zod";

const maxReportedIssues = 5;

/**
 * The typed body, or invalid_request with the first problems as text: paths and expectations, never the values sent.
 * `details.field` is the path of the first one, `details.issues` lists up to five.
 */
export function parseBody<Schema extends z.ZodType>(schema: Schema, body: unknown): z.output<Schema> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues
    .slice(0, maxReportedIssues)
    .map((issue) => ({ field: issue.path.map(String).join("."), message: issue.message }));
  const message = issues.map((issue) => (issue.field === "" ? issue.message : `${issue.field}: ${issue.message}`)).join("; ");
  throw new CodedError("invalid_request", message, { details: { field: issues[0]?.field ?? "", issues } });
}

import { CodedError, type ErrorCode } from "@repo/contracts/coded-error";

/** Codes that Moodle gives its errors, by what they mean here; what is not listed is refused for good. Source: Moodle's own code. */
const meanings: Readonly<Record<string, ErrorCode>> = {
  invalidlogin: "unauthorized",
  usernamenotfound: "unauthorized",
  passwordisexpired: "unauthorized",
  invalidtoken: "unauthorized",
  invalidtimedtoken: "unauthorized",
  accessexception: "forbidden",
  nopermissions: "forbidden",
  requireloginerror: "forbidden",
  notenrolled: "forbidden",
  usernotconfirmed: "forbidden",
  invalidcoursemodule: "not_found",
  cannotcreatetoken: "forbidden",
  sitemaintenance: "model_unavailable",
  upgraderunning: "model_unavailable",
  locktimeout: "model_unavailable",
  dmlreadexception: "model_unavailable",
  dmlwriteexception: "model_unavailable",
  dbconnectionfailed: "model_unavailable",
  cachestoreerror: "model_unavailable",
};

const maxMessageLength = 300;

/** Moodle's text for people, without the markup it may have. */
export function toPlainText(text: unknown): string {
  return (typeof text === "string" ? text : "")
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim()
    .slice(0, maxMessageLength);
}

/**
 * The error in a body that Moodle sent with status 200, in either of its forms: {exception, errorcode, message} of the web
 * services, {error, errorcode} of the scripts around them. Undefined for everything else.
 */
export function readMoodleError(body: unknown): CodedError | undefined {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return undefined;
  const { exception, errorcode, message, error } = body as Record<string, unknown>;
  if (exception === undefined && error === undefined) return undefined;
  const moodle = typeof errorcode === "string" ? errorcode : toPlainText(exception);
  return toMoodleError(moodle, toPlainText(message ?? error));
}

/** An error by Moodle's own code. */
export function toMoodleError(moodle: string, text: string): CodedError {
  const code = meanings[moodle] ?? "conflict";
  return new CodedError(code, text === "" ? `Moodle refuses (${moodle}).` : `Moodle: ${text}`, { details: { moodle } });
}

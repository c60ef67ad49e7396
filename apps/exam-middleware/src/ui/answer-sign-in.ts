import type { CodedError } from "@repo/contracts/coded-error";
import type { Context } from "hono";

/** Sends who is not signed in to the portal's sign-in page, and from there back to where they were going. */
export function answerSignIn(portal: "staff" | "student") {
  return (c: Context, error: CodedError): Response | undefined => {
    if (error.code !== "unauthorized") return undefined;
    const { pathname, search } = new URL(c.req.url);
    const next = c.req.method === "GET" ? `${pathname}${search}` : `/portal/${portal}`;
    return c.redirect(`/portal/${portal}/sign-in?next=${encodeURIComponent(next)}`, 303);
  };
}

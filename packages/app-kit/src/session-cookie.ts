import type { Context } from "hono";

/** Whether the browser talks https, be it with a proxy in front: then cookies go nowhere else. */
function isSecure(c: Context): boolean {
  return new URL(c.req.url).protocol === "https:" || c.req.header("x-forwarded-proto")?.split(",")[0]?.trim() === "https";
}

/** Settings of a session's cookie: no script reads it, no other site's page sends it, and after https it is not sent in the clear. */
export function toCookieOptions(c: Context, maxAgeSeconds: number) {
  return { path: "/", httpOnly: true, sameSite: "Strict", secure: isSecure(c), maxAge: maxAgeSeconds } as const;
}

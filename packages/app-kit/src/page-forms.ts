import { CodedError } from "@repo/contracts/coded-error";
import type { Context } from "hono";
import { bodyLimit } from "hono/body-limit";

const here = "http://here.invalid";

/**
 * Refuses forms that are too large before they are read, with payload_too_large; a middleware of Hono.
 * @param maxBytes of the whole body, as it travels
 */
export function limitForms(maxBytes: number) {
  return bodyLimit({
    maxSize: maxBytes,
    onError: () => {
      throw new CodedError("payload_too_large", `A form has at most ${maxBytes} bytes.`);
    },
  });
}

/** Text fields of a form by name, with the line ends that everything but forms has; undefined for what is missing or a file. */
export async function readForm(c: Context): Promise<(name: string) => string | undefined> {
  const fields = await c.req.parseBody();
  return (name) => {
    const value = fields[name];
    return typeof value === "string" ? value.replaceAll("\r\n", "\n") : undefined;
  };
}

/** An address of this server only, whatever a form says; otherwise the front page. */
export function toLocalPath(value: string | undefined): string {
  const url = value?.startsWith("/") ? URL.parse(value, here) : null;
  return url?.origin === here ? `${url.pathname}${url.search}${url.hash}` : "/";
}

/**
 * Sends the browser on after a form (303), to a page that says what happened.
 * @param path as a form may say it, see {@link toLocalPath}
 * @param parameters added to its query; a notice of before is taken out
 */
export function redirectWithNotice(
  c: Context,
  path: string | undefined,
  parameters: Readonly<Record<string, string>>,
  hash = "",
): Response {
  const url = new URL(toLocalPath(path), here);
  for (const name of ["notice", "undo"]) url.searchParams.delete(name);
  for (const [name, value] of Object.entries(parameters)) url.searchParams.set(name, value);
  return c.redirect(`${url.pathname}${url.search}${hash}`, 303);
}

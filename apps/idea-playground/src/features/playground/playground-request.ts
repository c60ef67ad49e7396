import { CodedError } from "@repo/contracts/coded-error";
import { storableText } from "@repo/contracts/storable-text";
import { parseBody } from "@repo/server-kit/validation";
import type { Context } from "hono";
import { z } from "zod";
import { maxCanvasName } from "./canvases-page.tsx";
import { type Mode, modes } from "./idea-brief.ts";

/** Every id in an address of the playground. */
export const idPattern = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";
/** Fields of a form: texts by name, and every value of those that may be there more than once. */
export interface PlaygroundForm {
  fields: Record<string, string>;
  all(name: string): string[];
}

/** A form as it was sent, without what is a file, and with the line ends that everything but forms has. */
export async function readPlaygroundForm(c: Context): Promise<PlaygroundForm> {
  const body = await c.req.parseBody({ all: true });
  const texts = (value: unknown): string[] =>
    [value]
      .flat()
      .filter((entry): entry is string => typeof entry === "string")
      .map((entry) => entry.replaceAll("\r\n", "\n"));
  const entries = Object.entries(body).map(([name, value]) => [name, texts(value).at(-1) ?? ""]);
  return { fields: Object.fromEntries(entries) as Record<string, string>, all: (name) => texts(body[name]) };
}

const canvasName = storableText(maxCanvasName).min(1, { error: "A canvas needs a name." });

/** The name of a canvas in a form. @throws CodedError invalid_request */
export function readCanvasName({ fields }: PlaygroundForm): string {
  return parseBody(canvasName, fields["name"] ?? "");
}

/** What an address says about the mode; generate when it says nothing of use. */
export function readMode(c: Context): Mode {
  const mode = c.req.query("mode");
  return modes.find((name) => name === mode) ?? "generate";
}

const someIds = z.array(z.uuid());

/** Different ids out of a form or an address. @throws CodedError invalid_request where they are too few, too many or none */
export function readIdeaIds(values: readonly string[], { least, most }: { least: number; most: number }): string[] {
  const ids = [...new Set(someIds.safeParse(values).data ?? [])];
  if (ids.length < least || ids.length > most) {
    throw new CodedError(
      "invalid_request",
      `Choose ${least} to ${most} ideas; ${ids.length === 0 ? "none is" : `${ids.length} are`} chosen.`,
    );
  }
  return ids;
}

/** Whether a request wants to be told of every step, as the pages' script does. */
export const wantsEvents = (c: Context): boolean => (c.req.header("accept") ?? "").includes("text/event-stream");

/** Whether a request comes from the pages' script, which changes the page by itself. */
export const wantsNothing = (c: Context): boolean => (c.req.header("accept") ?? "").includes("application/json");

import type { CallContext } from "@repo/contracts/call-context";
import { CodedError } from "@repo/contracts/coded-error";
import type { SamplingOptions } from "@repo/contracts/generate-text";
import { defineRoute } from "@repo/contracts/route";
import { z } from "zod";
import type { SpaceClient } from "./create-space-client.ts";
import { findText } from "./inputs-wire.ts";
import { noTextIn, type TextWire, toPromptText } from "./text-wire.ts";

/** `GET /info` of Gradio 4, `GET /gradio_api/info` of 5 and later. @source gradio/routes.py api_info, client/js/src/types.ts */
const gradioInfo = z.object({
  named_endpoints: z.record(
    z.string(),
    z.object({
      parameters: z.array(
        z.object({
          parameter_name: z.string().nullish(),
          label: z.string().nullish(),
          parameter_has_default: z.boolean().nullish(),
          parameter_default: z.unknown().optional(),
          python_type: z.object({ type: z.string() }).nullish(),
        }),
      ),
    }),
  ),
});

type Parameter = z.infer<typeof gradioInfo>["named_endpoints"][string]["parameters"][number];

/** What an endpoint that writes text is called, the likeliest first. */
const likelyNames = ["/generate", "/predict", "/chat", "/respond", "/run", "/complete"];

/** Sampling by what sliders of text demos are called. */
function toArgument(parameter: Parameter, sampling: SamplingOptions): unknown {
  const name = `${parameter.parameter_name ?? ""} ${parameter.label ?? ""}`.toLowerCase();
  const given = /max.*(token|length)|new.?tokens/.test(name)
    ? sampling.maxNewTokens
    : /temperature/.test(name)
      ? sampling.temperature
      : /top.?p\b/.test(name)
        ? sampling.topP
        : /top.?k\b/.test(name)
          ? sampling.topK
          : /seed/.test(name)
            ? sampling.seed
            : undefined;
  return given ?? (parameter.parameter_has_default === true ? parameter.parameter_default : null);
}

/** The last value of an event stream: of `complete`, or the error that ended it. */
function readEvents(what: string, stream: string): unknown {
  for (const event of stream.split(/\r?\n\r?\n/)) {
    const name = /^event: ?(.*)$/m.exec(event)?.[1];
    const data = /^data: ?(.*)$/m.exec(event)?.[1] ?? "null";
    if (name === "error") {
      const why = data === "null" ? "it tells no reason; its log does" : data.slice(0, 500);
      throw new CodedError("inference_failed", `${what} failed: ${why}`);
    }
    if (name === "complete") return JSON.parse(data) as unknown;
  }
  throw new CodedError("model_unavailable", `${what}: the connection was cut in the middle of the answer.`, { details: { cause: "cut" } });
}

/**
 * Looks whether a server is a Gradio demo with a named endpoint that takes a text, and asks it in Gradio's two steps:
 * `POST /call/{name}` gives an event id, `GET /call/{name}/{id}` its events.
 * @param endpoint a path that was set, whose last part names the endpoint; another one is taken where there is none of that name
 * @returns undefined for a server that is no Gradio, or has no such endpoint
 */
export async function findGradioTextWire(space: SpaceClient, endpoint: string, context: CallContext): Promise<TextWire | undefined> {
  for (const prefix of ["/gradio_api", ""]) {
    const answer = await space.get(`${prefix}/info`, context);
    const info = gradioInfo.safeParse(answer.json);
    if (!info.success) continue;
    const endpoints = info.data.named_endpoints;
    const takesText = (name: string) => (endpoints[name]?.parameters ?? []).some(isText);
    const wanted = `/${endpoint.split("/").at(-1) ?? ""}`;
    const name = [wanted, ...likelyNames, ...Object.keys(endpoints)].find(takesText);
    if (name !== undefined) return createGradioTextWire(space, `${prefix}/call${name}`, endpoints[name]?.parameters ?? []);
  }
  return undefined;
}

function isText({ python_type: type }: Parameter): boolean {
  return type === null || type === undefined || type.type === "str";
}

function createGradioTextWire(space: SpaceClient, path: string, parameters: readonly Parameter[]): TextWire {
  const route = defineRoute({
    method: "POST",
    path,
    family: "hugging-face",
    summary: "A question to a Gradio demo",
    request: z.object({ data: z.array(z.unknown()) }),
    response: z.object({ event_id: z.string() }),
  });
  const what = `POST ${path} of ${space.address.baseUrl}`;
  const promptAt = parameters.findIndex(isText);
  return {
    facts: { kind: "gradio", path, constrains: false, drawsSeveral: false, streams: false },
    async ask({ input, sampling }, context) {
      const prompt = toPromptText(input);
      const data = parameters.map((parameter, index) => (index === promptAt ? prompt : toArgument(parameter, sampling)));
      const { event_id: id } = await space.call(route, { data }, context);
      const answer = await space.get(`${path}/${encodeURIComponent(id)}`, context);
      const text = findText(readEvents(what, answer.text));
      if (text === undefined) throw noTextIn(what);
      return { text: text.startsWith(prompt) ? text.slice(prompt.length).trimStart() : text };
    },
  };
}

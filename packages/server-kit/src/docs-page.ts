import { hasQuery, isStreamed, type Route, type RouteFamily } from "@repo/contracts/route";
import { html } from "hono/html";
import type { HtmlEscapedString } from "hono/utils/html";
import { z } from "zod";
import { documentedErrorStatuses } from "./openapi.ts";
import { renderPageHead } from "./page-head.ts";
import type { Server } from "./server.ts";

type Html = HtmlEscapedString | Promise<HtmlEscapedString>;

interface JsonSchema {
  type?: string | string[];
  description?: string;
  default?: unknown;
  enum?: unknown[];
  const?: unknown;
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  anyOf?: JsonSchema[];
}

const familyTitles: Record<RouteFamily, string> = {
  outpost: "This service",
  plain: "This app",
  extraction: "Reading files",
  fastapi: "This app",
  tei: "For text-embeddings-inference clients",
  tgi: "For clients of text-generation-inference and of the original Space",
  openai: "For OpenAI clients",
  "openai-generation": "For OpenAI clients",
  "hugging-face": "For Hugging Face clients",
  ollama: "For Ollama clients",
};

/** A page that describes every mounted route, made from the same values as /openapi.json and with nothing from elsewhere. */
export function renderDocsPage(server: Server, nonce: string): Html {
  const families = [...new Set(server.routes.map((route) => route.family))];
  return html`<!doctype html>
    <html lang="en">
      ${renderPageHead({ title: `${server.name}: API`, nonce })}
      <body>
        <h1>${server.name}</h1>
        <p class="quiet">${server.description} Version ${server.version}. <a href="openapi.json">OpenAPI 3.1</a></p>
        ${server.needsKey ? html`<p>Routes need a key: <code>Authorization: Bearer KEY</code> or <code>X-API-Key: KEY</code>.</p>` : ""}
        ${families.map((family) => renderFamily(server, family))}
      </body>
    </html>`;
}

function renderFamily(server: Server, family: RouteFamily): Html {
  const routes = server.routes.filter((route) => route.family === family);
  return html`<section>
    <h2>${familyTitles[family]}</h2>
    ${routes.map((route) => renderRoute(route))}
  </section>`;
}

function renderRoute(route: Route): Html {
  const path = route.path.replaceAll(/:(\w+)(?:\{[^}]*\})?/g, "{$1}");
  return html`<details class="card">
    <summary><strong>${route.method}</strong> <code>${path}</code> ${route.summary}</summary>
    ${route.description === undefined ? "" : html`<p>${route.description}</p>`}
    ${
      route.request === undefined
        ? ""
        : html`<h3>${nameRequest(route)}</h3>
            ${renderFields(toSchema(route.request))}`
    }
    <h3>${isStreamed(route) ? "Answer: a stream of" : "Answer"}</h3>
    ${renderFields(toSchema(route.response))}
    <p class="quiet">Errors: ${documentedErrorStatuses(route).join(", ")}</p>
  </details>`;
}

function nameRequest(route: Route): string {
  if (hasQuery(route)) return "Query";
  return route.bodies === undefined ? "Body" : `Body: ${route.bodies.join(", ")}`;
}

function renderFields(schema: JsonSchema): Html {
  const fields = Object.entries(schema.properties ?? {});
  if (fields.length === 0) return html`<p>${schema.description ?? ""} <code>${nameType(schema)}</code></p>`;
  return html`<div class="scroll">
    <table>
      <thead>
        <tr>
          <th>Field</th>
          <th>Type</th>
          <th>Meaning</th>
        </tr>
      </thead>
      <tbody>
        ${fields.map(
          ([name, field]) =>
            html`<tr>
              <td>
                <code>${name}</code>${schema.required?.includes(name) === true ? "" : html`<br /><span class="quiet">optional</span>`}
              </td>
              <td><code>${nameType(field)}</code></td>
              <td>
                ${field.description ?? ""}${field.default === undefined ? "" : html` <span class="quiet">Default ${JSON.stringify(field.default)}.</span>`}
              </td>
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function nameType(schema: JsonSchema): string {
  if (schema.enum !== undefined) return schema.enum.map((value) => JSON.stringify(value)).join(" | ");
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(nameType))].join(" | ");
  if (schema.type === "array") {
    const item = nameType(schema.items ?? {});
    return item.includes(" | ") ? `(${item})[]` : `${item}[]`;
  }
  return Array.isArray(schema.type) ? schema.type.join(" | ") : (schema.type ?? "any");
}

function toSchema(schema: z.ZodType): JsonSchema {
  return z.toJSONSchema(schema, { io: "input", unrepresentable: "any" }) as JsonSchema;
}

import { setPageHeaders } from "@repo/server-kit/page-headers";
import type { Server } from "@repo/server-kit/server";
import { renderTryItFrame } from "@repo/server-kit/try-it-frame";
import { html } from "hono/html";
import { tryItScript } from "./try-it-script.ts";
import { tryItStyle } from "./try-it-style.ts";

const title = "A language model of one's own";
const lead =
  "Ask it, let it go on with a text, or have it fill in a form: JSON that obeys your schema, whatever the model would rather say.";

const schema = `{
  "type": "object",
  "properties": {
    "title": { "type": "string", "maxLength": 60 },
    "audience": { "enum": ["families", "students", "companies"] },
    "strengths": { "type": "array", "items": { "type": "string", "maxLength": 80 }, "minItems": 2, "maxItems": 3 }
  },
  "required": ["title", "audience", "strengths"],
  "additionalProperties": false
}`;

/** Mounts `GET /`: a page on which a person writes with the model and watches it write. The Hub shows it in a frame. */
export function mountTryItPage(server: Server): void {
  server.app.get("/", (c) => {
    c.get("state").route = "/";
    return c.html(renderPage(server, setPageHeaders(c)));
  });
}

function renderPage(server: Server, nonce: string) {
  return renderTryItFrame(server, nonce, {
    title,
    lead,
    style: tryItStyle,
    script: tryItScript,
    content: html`${renderForm()} ${renderExamples(server)}`,
    facts: html`<p class="quiet" id="facts"></p>`,
    links: html`<a href="info">Model</a> · `,
  });
}

function renderForm() {
  return html`<form id="form">
    <fieldset class="modes">
      <legend>What it does</legend>
      <label><input type="radio" name="mode" value="chat" checked /> Answers</label>
      <label><input type="radio" name="mode" value="prompt" /> Goes on with the text</label>
      <label><input type="radio" name="mode" value="json" /> Fills in a form</label>
    </fieldset>
    <div id="conversation" aria-live="off"></div>
    <label for="prompt">Your text</label>
    <textarea id="prompt" rows="4" maxlength="100000" required>Give me an idea for a product made of cork.</textarea>
    <div id="schema-row" hidden>
      <label for="schema">JSON Schema of the answer</label>
      <textarea id="schema" rows="12" spellcheck="false">${schema}</textarea>
    </div>
    <details>
      <summary>How it is drawn</summary>
      <div class="settings">
        <div><label for="max">Longest answer, tokens</label><input id="max" type="number" min="1" step="1" value="160" /></div>
        <div>
          <label for="temperature">Temperature</label><input id="temperature" type="number" min="0" max="5" step="0.1" value="0.7" />
        </div>
        <div><label for="top-p">Top p</label><input id="top-p" type="number" min="0.01" max="1" step="0.01" value="0.95" /></div>
        <div><label for="seed">Seed</label><input id="seed" type="number" step="1" placeholder="random" /></div>
      </div>
    </details>
    <p></p>
    <button type="submit" id="go">Write</button>
    <button type="button" class="plain" id="stop" hidden>Stop</button>
    <button type="button" class="plain" id="clear" hidden>New conversation</button>
    <span class="quiet">Ctrl + Enter</span>
    <div class="answer" id="answer" role="log" aria-live="polite" aria-label="Answer"></div>
    <p class="quiet" id="numbers" role="status"></p>
  </form>`;
}

function renderExamples({ needsKey }: Server) {
  const key = needsKey ? " -H 'X-API-Key: YOUR_KEY'" : "";
  const curl = `curl -N${key} ADDRESS/api/generate -H 'Content-Type: application/json' \\\n  -d '{"inputs": "A lamp that", "parameters": {"max_new_tokens": 60, "temperature": 0.7}}'`;
  const python = `from openai import OpenAI\n\nclient = OpenAI(base_url="ADDRESS/v1", api_key="${needsKey ? "YOUR_KEY" : "none"}")\nfor chunk in client.chat.completions.create(model="any", stream=True,\n        messages=[{"role": "user", "content": "A slogan for a cork lamp?"}]):\n    print(chunk.choices[0].delta.content or "", end="")`;
  return html`<section aria-labelledby="api-title">
    <h2 id="api-title">From a program</h2>
    <pre>${curl}</pre>
    <pre>${python}</pre>
    <p class="quiet">
      Clients of OpenAI, the AI SDK, LangChain, text-generation-inference and Hugging Face work too; only the base URL changes.
    </p>
  </section>`;
}

import { html } from "hono/html";
import { setPageHeaders } from "../page-headers.ts";
import type { Server } from "../server.ts";
import { renderTryItFrame } from "../try-it-frame.ts";
import { tryItScript } from "./try-it-script.ts";
import { tryItStyle } from "./try-it-style.ts";

/** Words of the page that differ between Spaces. */
export interface TryItWords {
  /** Name for people, e.g. "MiniLM sentence embeddings". */
  title: string;
  /** One or two sentences on what the Space does. */
  lead: string;
  /** Two sentences to start with. */
  pair: readonly [string, string];
  /** Lines of the list to start with. */
  list: readonly string[];
}

/** Mounts `GET /`: a page on which a person compares texts and sees the similarity matrix. The Hub shows it in a frame. */
export function mountTryItPage(server: Server, words: TryItWords): void {
  server.app.get("/", (c) => {
    c.get("state").route = "/";
    return c.html(renderPage(server, words, setPageHeaders(c)));
  });
}

function renderPage(server: Server, words: TryItWords, nonce: string) {
  return renderTryItFrame(server, nonce, {
    title: words.title,
    lead: words.lead,
    style: tryItStyle,
    script: tryItScript,
    content: html`${renderForms(words)} ${renderExamples(server)}`,
  });
}

function renderForms(words: TryItWords) {
  return html`<section aria-labelledby="pair-title">
      <h2 id="pair-title">Compare two sentences</h2>
      <form id="pair-form">
        <div class="pair">
          <div><label for="first">First</label><textarea id="first" rows="3" maxlength="20000" required>${words.pair[0]}</textarea></div>
          <div><label for="second">Second</label><textarea id="second" rows="3" maxlength="20000" required>${words.pair[1]}</textarea></div>
        </div>
        <button type="submit">Compare</button> <span class="quiet">Ctrl + Enter</span>
        <div class="answer" aria-live="polite"></div>
      </form>
    </section>
    <section aria-labelledby="list-title">
      <h2 id="list-title">Compare a list</h2>
      <form id="list-form">
        <label for="list">One text per line</label>
        <textarea id="list" rows="8" required>${words.list.join("\n")}</textarea>
        <p></p>
        <button type="submit">Show the matrix</button>
        <div class="answer" aria-live="polite"></div>
      </form>
    </section>`;
}

function renderExamples(server: Server) {
  const key = server.needsKey ? " \\\n  -H 'X-API-Key: YOUR_KEY'" : "";
  const curl = `curl SPACE_URL/embed \\\n  -H 'Content-Type: application/json'${key} \\\n  -d '{"texts": ["A man is eating food.", "Someone has lunch."]}'`;
  const python = `from openai import OpenAI\n\nclient = OpenAI(base_url="SPACE_URL/v1", api_key="${server.needsKey ? "YOUR_KEY" : "none"}")\nanswer = client.embeddings.create(model="any", input=["A man is eating food."])`;
  return html`<section aria-labelledby="call-title">
    <h2 id="call-title">Call it</h2>
    <pre><code id="curl" data-base>${curl}</code></pre>
    <button class="plain" type="button" data-copy="curl">Copy the command</button>
    <p class="quiet">Clients of OpenAI, text-embeddings-inference, Hugging Face and Ollama work too; only the base URL changes:</p>
    <pre><code id="python" data-base>${python}</code></pre>
    <button class="plain" type="button" data-copy="python">Copy the Python</button>
  </section>`;
}

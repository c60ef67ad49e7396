import { setPageHeaders } from "@repo/server-kit/page-headers";
import type { Server } from "@repo/server-kit/server";
import { renderTryItFrame } from "@repo/server-kit/try-it-frame";
import { html } from "hono/html";
import { tryItScript } from "./try-it-script.ts";
import { tryItStyle } from "./try-it-style.ts";

const lead = "Drop a picture of a material: how well your labels fit it, and its colour, texture, material and style.";

/** Mounts `GET /`: a page on which a person drops an image and sees what the model makes of it. The Hub shows it in a frame. */
export function mountTryItPage(server: Server): void {
  server.app.get("/", (c) => {
    c.get("state").route = "/";
    return c.html(renderPage(server, setPageHeaders(c)));
  });
}

function renderPage(server: Server, nonce: string) {
  return renderTryItFrame(server, nonce, {
    title: "Images and texts in one space",
    lead,
    style: tryItStyle,
    script: tryItScript,
    content: html`${renderForm()} ${renderExamples(server)}`,
  });
}

function renderForm() {
  return html`<form id="form">
    <label class="drop" id="drop" for="file">
      <strong>Choose an image, or drop it here</strong>
      <span class="quiet">JPEG, PNG, WebP, GIF, TIFF or BMP, up to 20 MB</span>
      <input id="file" type="file" accept="image/*,.tif,.tiff,.bmp" />
    </label>
    <label for="labels">Labels, one per line</label>
    <textarea id="labels" rows="5">
a photo of a wooden floor
a photo of a marble tile
a photo of red fabric
a photo of a brick wall</textarea>
    <p></p>
    <button type="submit">Look again</button>
    <div class="answer" id="answer" aria-live="polite"></div>
  </form>`;
}

function renderExamples({ needsKey }: Server) {
  const key = needsKey ? " -H 'X-API-Key: YOUR_KEY'" : "";
  return html`<section aria-labelledby="api-title">
    <h2 id="api-title">From a program</h2>
    <pre>
${`curl${key} -F images=@one.jpg -F images=@two.png ADDRESS/embed/image
curl${key} -H 'Content-Type: application/json' -d '{"texts": ["dark oak floor"]}' ADDRESS/embed/text
curl${key} -F image=@one.jpg -F labels='wood,stone,metal' ADDRESS/classify
curl${key} -H 'Content-Type: image/jpeg' --data-binary @one.jpg ADDRESS/embed/aspects`}</pre>
    <p class="quiet">Clients of Hugging Face, OpenAI, Jina and Infinity work too; only the base URL changes.</p>
  </section>`;
}

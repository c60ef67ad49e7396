import { setPageHeaders } from "@repo/server-kit/page-headers";
import type { Server } from "@repo/server-kit/server";
import { renderTryItFrame } from "@repo/server-kit/try-it-frame";
import { html } from "hono/html";
import { tryItScript } from "./try-it-script.ts";
import { tryItStyle } from "./try-it-style.ts";

const lead = "Drop a scan of an answer sheet: the register number and the subject code are read off its front page.";

/** Mounts `GET /` for browsers: a page on which a person drops a scan and sees what was found where. Programs fall through. */
export function mountTryItPage(server: Server): void {
  server.app.get("/", (c, next) => {
    if (!(c.req.header("accept") ?? "").includes("text/html")) return next();
    c.get("state").route = "/";
    return c.html(renderPage(server, setPageHeaders(c)));
  });
}

function renderPage(server: Server, nonce: string) {
  return renderTryItFrame(server, nonce, {
    title: "Answer sheets",
    lead,
    style: tryItStyle,
    script: tryItScript,
    content: html`${renderForm()} ${renderExamples()}`,
  });
}

function renderForm() {
  return html`<form id="form">
    <label class="drop" id="drop" for="file">
      <strong>Choose a scan, or drop it here</strong>
      <span class="quiet">PDF, JPEG, PNG, TIFF, BMP or WebP, up to 50 MB</span>
      <input id="file" type="file" accept=".pdf,.tif,.tiff,.bmp,application/pdf,image/*" />
    </label>
    <details>
      <summary>Lists and forms</summary>
      <label for="course_list">Subject codes that may occur</label>
      <textarea id="course_list" rows="2" placeholder="19AI405, CS8501 (nothing: any)"></textarea>
      <label for="class_roster">Register numbers that may occur</label>
      <textarea id="class_roster" rows="2" placeholder="one per line (nothing: any)"></textarea>
      <label for="register_pattern">Form of register numbers</label>
      <input id="register_pattern" placeholder="[0-9]{12}" spellcheck="false" />
      <label for="subject_pattern">Form of subject codes</label>
      <input id="subject_pattern" placeholder="[A-Z0-9]{2,10}" spellcheck="false" />
      <label for="pages">Pages</label>
      <input id="pages" placeholder="1" spellcheck="false" />
    </details>
    <div class="answer" id="answer" aria-live="polite"></div>
    <canvas id="page" hidden></canvas>
  </form>`;
}

function renderExamples() {
  return html`<section aria-labelledby="api-title">
    <h2 id="api-title">From a program</h2>
    <pre>
${`curl -F file=@scan.pdf -F exam_type=CIA1 ADDRESS/extract
curl -H 'Content-Type: image/jpeg' --data-binary @scan.jpg 'ADDRESS/extract?crops=true'
curl -N -F files=@one.pdf -F files=@two.jpg ADDRESS/extract/batch`}</pre>
  </section>`;
}

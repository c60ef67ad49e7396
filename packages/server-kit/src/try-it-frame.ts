import { html, raw } from "hono/html";
import { renderPageHead } from "./page-head.ts";
import type { Server } from "./server.ts";

type Html = ReturnType<typeof html>;

/** What differs between the pages on which people try a Space. */
export interface TryItFrame {
  title: string;
  /** One or two sentences on what the Space does. */
  lead: string;
  /** The page's own style, behind that of all pages. */
  style: string;
  /** Runs in the page; it finds the key's field as #key and the state as #state. */
  script: string;
  /** What the page is for. */
  content: Html;
  /** Line below the lead that the script fills in, if there is one. */
  facts?: Html;
  /** Links in the footer beside those of all Spaces. */
  links?: Html;
}

/**
 * A page on which a person tries a Space: head, what the Space is, the field for its key, the links below. Everything in it
 * belongs to the page, so that it works in a frame on the Hub.
 * @param nonce of the page's content security policy, as setPageHeaders gives it
 */
export function renderTryItFrame(server: Server, nonce: string, frame: TryItFrame): Html {
  const { title, lead } = frame;
  return html`<!doctype html>
    <html lang="en">
      ${renderPageHead({ title, description: lead, style: frame.style, nonce })}
      <body>
        <header>
          <div class="row">
            <h1>${title}</h1>
            <span class="pill" id="state" role="status">checking …</span>
          </div>
          <p>${lead}</p>
          ${frame.facts ?? ""}
          <noscript><p class="error">Trying it here needs JavaScript; the API below does not.</p></noscript>
          ${
            server.needsKey
              ? html`<div id="key-row">
                  <label for="key">Key of this Space</label>
                  <input id="key" type="password" autocomplete="off" spellcheck="false" aria-describedby="key-note" />
                  <p class="quiet" id="key-note">Kept in this page only, until you close it.</p>
                </div>`
              : ""
          }
        </header>
        <main>${frame.content}</main>
        <footer class="quiet">
          <a href="docs">Every route</a> · <a href="openapi.json">OpenAPI</a> · ${frame.links ?? ""}<a href="status">Status</a> ·
          <a href="metrics">Metrics</a> · ${server.name} ${server.version}
        </footer>
        <script nonce="${nonce}">
          ${raw(frame.script)};
        </script>
      </body>
    </html>`;
}

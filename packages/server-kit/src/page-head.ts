import { html, raw } from "hono/html";
import { pageStyle } from "./page-style.ts";

/** What stands in a page's head. */
export interface PageHead {
  title: string;
  description?: string;
  /** The page's own style, behind that of all pages. */
  style?: string;
  /** Of the page's content security policy, as setPageHeaders gives it. */
  nonce: string;
}

/** The head of every page a Space shows: nothing in it comes from elsewhere. */
export function renderPageHead({ title, description, style = "", nonce }: PageHead): ReturnType<typeof html> {
  return html`<head>
    <meta charset="utf-8" />
    <meta name="viewport" content="width=device-width, initial-scale=1" />
    ${description === undefined ? "" : html`<meta name="description" content="${description}" />`}
    <title>${title}</title>
    <link rel="icon" href="data:," />
    <style nonce="${nonce}">
      ${raw(pageStyle + style)}
    </style>
  </head>`;
}

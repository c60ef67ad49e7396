import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";

const browserPaths = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"];

/** What findBarriers uses of a page: this package is for Node, whose types differ from a browser's. */
interface PageElement {
  id: string;
  lang: string;
  outerHTML: string;
  textContent: string | null;
  scrollWidth: number;
  clientWidth: number;
  labels?: Iterable<PageElement> | null;
  getAttribute(name: string): string | null;
}
declare const document: {
  documentElement: PageElement;
  getElementById(id: string): PageElement | null;
  querySelectorAll(selector: string): Iterable<PageElement>;
};

/** Starts the machine's Chromium without a window and without talking to anybody. @throws Error when there is none */
export async function openBrowser(): Promise<Browser> {
  const executablePath = browserPaths.find(existsSync);
  if (executablePath === undefined) throw new Error("The browser tests need Chromium: apt-get install chromium.");
  return await chromium.launch({
    executablePath,
    args: [
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/**
 * What a page complains about from now on: errors on its console, of which a violated security policy is one, and errors
 * that nobody caught.
 */
export function collectComplaints(page: Page): string[] {
  const complaints: string[] = [];
  page.on("console", (message) => message.type() === "error" && complaints.push(message.text()));
  page.on("pageerror", (error) => complaints.push(String(error)));
  return complaints;
}

/**
 * What somebody who cannot see the page, or sees it on a phone, would stumble over: controls without a name, ids that are
 * there twice, headings that are missing, content wider than the window. Empty when all is well.
 */
export async function findBarriers(page: Page): Promise<string[]> {
  return await page.evaluate((): string[] => {
    const barriers: string[] = [];
    const nameOf = (element: PageElement): string => {
      const labelled = (element.getAttribute("aria-labelledby") ?? "")
        .split(" ")
        .map((id) => document.getElementById(id)?.textContent ?? "");
      const labels = [...(element.labels ?? [])].map((label) => label.textContent ?? "");
      return [element.getAttribute("aria-label") ?? "", ...labelled, ...labels, element.textContent ?? ""].join("").trim();
    };
    for (const control of document.querySelectorAll(
      "a[href], button, input:not([type=hidden], [hidden]), select, textarea, summary, progress:not([hidden])",
    )) {
      if (nameOf(control) === "") barriers.push(`no name: ${control.outerHTML.slice(0, 120)}`);
    }
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    for (const id of new Set(ids.filter((candidate, position) => ids.indexOf(candidate) !== position))) barriers.push(`twice: #${id}`);
    const headings = [...document.querySelectorAll("h1")].length;
    if (headings !== 1) barriers.push(`${headings} first headings`);
    if (document.documentElement.lang === "") barriers.push("no language");
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth > clientWidth) barriers.push(`${scrollWidth - clientWidth} px wider than the window`);
    return barriers;
  });
}

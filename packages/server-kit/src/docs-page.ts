import { html } from "hono/html";
import type { Server } from "./server.ts";
export function renderDocsPage(server: Server) {
  return html`<!doctype html><title>${server.name}</title><p>TODO</p>`;
}

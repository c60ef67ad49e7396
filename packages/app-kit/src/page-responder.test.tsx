import { CodedError } from "@repo/contracts/coded-error";
import { createServer } from "@repo/server-kit/create-server";
import { expect, test } from "vitest";
import { createPageResponder } from "./page-responder.tsx";

function createTestServer() {
  const server = createServer({ name: "test", version: "0" });
  const pages = createPageResponder(server, {
    Shell: ({ title, children }) => <main title={title}>{children}</main>,
    back: "Back home",
    answerInstead: (c, error) => (error.code === "unauthorized" ? c.redirect("/sign-in", 303) : undefined),
  });
  const fail = (thrown: unknown) => async () => await Promise.reject<never>(thrown as Error);
  server.app.get("/page", (c) => pages.page(c, () => <p>fine</p>));
  server.app.get("/missing", (c) => pages.page(c, fail(new CodedError("not_found", "There is no <b>such</b> thing."))));
  server.app.get("/defect", (c) => pages.page(c, fail(new Error("password=secret"))));
  const wrapped = Object.assign(new Error("Failed query"), {
    cause: new CodedError("database_unavailable", "It is away.", { retryAfterMs: 2_000 }),
  });
  server.app.get("/away", (c) => pages.page(c, fail(wrapped)));
  server.app.get("/private", (c) => pages.page(c, fail(new CodedError("unauthorized", "Sign in."))));
  server.app.get("/part", (c) => pages.fragment(c, fail(new CodedError("overloaded", "Too much."))));
  return server;
}

test("pages carry the security headers", async () => {
  const response = await createTestServer().app.request("/page");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'self'");
  expect(await response.text()).toBe("<!DOCTYPE html><p>fine</p>");
});

test("a problem is a page with its status, the way back and the request id; what went wrong inside stays inside", async () => {
  const { app } = createTestServer();
  const missing = await app.request("/missing");
  const text = await missing.text();
  expect(missing.status).toBe(404);
  expect(text).toContain("There is no &lt;b&gt;such&lt;/b&gt; thing.");
  expect(text).toContain("Back home");
  expect(text).toContain(missing.headers.get("x-request-id"));
  const defect = await app.request("/defect");
  expect([defect.status, (await defect.text()).includes("secret")]).toEqual([500, false]);
});

test("what a library has wrapped is told, and when to come back", async () => {
  const response = await createTestServer().app.request("/away");
  expect([response.status, response.headers.get("retry-after")]).toEqual([503, "2"]);
  expect(await response.text()).toContain("It is away.");
});

test("an app may answer an error in its own way", async () => {
  const response = await createTestServer().app.request("/private");
  expect([response.status, response.headers.get("location")]).toEqual([303, "/sign-in"]);
});

test("a part of a page that cannot be made is a banner", async () => {
  const response = await createTestServer().app.request("/part");
  expect([response.status, await response.text()]).toEqual([429, expect.stringMatching(/^<div class="banner"/)]);
});

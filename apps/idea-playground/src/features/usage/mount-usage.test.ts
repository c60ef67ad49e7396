import { beforeAll, expect, test } from "vitest";
import { openTestApp } from "../../../test/open-test-app.ts";
import { openDatabaseTimeoutMs, openSharedDatabase, useTextSpace } from "../../../test/open-test-services.ts";

beforeAll(openSharedDatabase, openDatabaseTimeoutMs);

test("questions, stand-ins and errors of each tier are plotted, counted and listed", async (context) => {
  const space = await useTextSpace(context);
  const { model, queryLog, get, store } = await openTestApp(context, { LLM_SPACE_URL: space.url });
  await model.generate("A question for <base>");
  await model.generate("A question for the company", "company");
  await store.changeFlags({ useHuggingFaceSpaces: false });
  await model.generate("A question that nobody answers").catch(() => undefined);
  await queryLog.flush();
  const page = await get("/usage");
  for (const shown of ["A question for &lt;base&gt;", "base → base", "company → base", "base → nobody", "Error rate", "day-plot", "50 %"])
    expect(page).toContain(shown);
  const failed = await get("/usage?failed=on&tier=base");
  expect(failed).toContain("A question that nobody answers");
  expect(failed).not.toContain("A question for the company");
  expect(await get("/usage?days=nonsense&day=2026-99-99&page=-4&tier=royal")).toContain("A question for the company");
});

test("a database without questions says so, and usage is the administrator's", async (context) => {
  const { get } = await openTestApp(context);
  expect(await get("/usage?days=7")).toContain("Nobody has asked anything");
  const { server } = await openTestApp(context, { ADMIN_API_KEY: "an-administrator-of-tests", PUBLIC_PLAYGROUND: "true" });
  expect((await server.app.request("/usage")).headers.get("location")).toBe("/sign-in?next=%2Fusage");
});

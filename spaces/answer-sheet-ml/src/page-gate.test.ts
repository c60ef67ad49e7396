import { expect, test } from "vitest";
import { createPageGate } from "./page-gate.ts";

test("places go in the order of the calls; too many waiters are refused with a time, a batch's own are not", async () => {
  const gate = createPageGate({ places: 1, maxWaiting: 1 });
  const leave = await gate.enter({});
  const order: string[] = [];
  const take = async (name: string, isPatient: boolean): Promise<void> => {
    const done = await gate.enter({}, { isPatient });
    order.push(name);
    done(1);
  };
  const second = take("second", false);
  await expect(gate.enter({})).rejects.toMatchObject({ code: "overloaded", retryAfterMs: expect.any(Number) as number });
  const patient = take("patient", true);
  expect(gate.stats()).toMatchObject({ running: 1, waiting: 2 });
  leave(1);
  leave(1);
  await Promise.all([second, patient]);
  expect(order).toEqual(["second", "patient"]);
  expect(gate.stats()).toMatchObject({ running: 0, waiting: 0 });
});

test("who leaves or runs out of time gives the place in the queue up", async () => {
  const gate = createPageGate({ places: 1, maxWaiting: 5 });
  const leave = await gate.enter({});
  const controller = new AbortController();
  const aborted = gate.enter({ signal: controller.signal });
  const late = gate.enter({ deadlineAt: Date.now() + 5 });
  controller.abort();
  await expect(aborted).rejects.toMatchObject({ code: "cancelled" });
  await expect(late).rejects.toMatchObject({ code: "deadline_exceeded" });
  expect(gate.stats().waiting).toBe(0);
  leave(0);
  (await gate.enter({}))(1);
});

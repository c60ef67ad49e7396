import { CodedError } from "@repo/contracts/coded-error";
import type { HostedService } from "@repo/contracts/hosted-service";
import { expect, test, vi } from "vitest";
import { createLifecycle } from "./lifecycle.ts";

function createService(probe: () => Promise<void> = async () => {}) {
  const calls = { closed: 0 };
  const service: HostedService = { probe, status: () => ({ precision: "fp32" }), close: async () => void (calls.closed += 1) };
  return { service, calls };
}

test("a service is ready only after it was proven", async () => {
  const proof = Promise.withResolvers<void>();
  const { service } = createService(() => proof.promise);
  const lifecycle = createLifecycle({ load: async () => service });
  await Promise.resolve();
  expect(lifecycle.ready()).toMatchObject({ ready: false, stage: "loading" });
  proof.resolve();
  await lifecycle.settled();
  expect(lifecycle.ready()).toMatchObject({ ready: true, stage: "ready" });
  expect(await lifecycle.service()).toBe(service);
  await lifecycle.close();
});

test("a request waits for a loading service, but not for ever", async () => {
  const loading = Promise.withResolvers<HostedService>();
  const lifecycle = createLifecycle({ load: () => loading.promise, loadWaitMs: 20 });
  await expect(lifecycle.service()).rejects.toMatchObject({ code: "model_unavailable", retryAfterMs: 2000 });
  const { service } = createService();
  loading.resolve(service);
  await lifecycle.settled();
  expect(await lifecycle.service()).toBe(service);
});

test("a failed load tells a coded reason and hides any other", async () => {
  const files = [{ path: "model.onnx", bytes: 132, state: "lfs-pointer" }];
  const coded = createLifecycle({
    load: () => Promise.reject(new CodedError("model_unavailable", "model.onnx is a Git LFS pointer.", { details: { files } })),
  });
  await coded.settled();
  expect(coded.status()).toEqual({ files });
  expect(coded.ready()).toMatchObject({ stage: "failed", reason: "model.onnx is a Git LFS pointer." });
  await expect(coded.service()).rejects.toMatchObject({ code: "model_unavailable", message: "model.onnx is a Git LFS pointer." });
  const other = createLifecycle({ load: () => Promise.reject(new Error("/root/secret")) });
  await other.settled();
  expect(other.ready().reason).not.toContain("/root");
});

test("a service that hangs becomes degraded, and ready again when it answers", async () => {
  let hangs = false;
  const { service } = createService(() => (hangs ? new Promise(() => {}) : Promise.resolve()));
  const lifecycle = createLifecycle({ load: async () => service, probeIntervalMs: 5, probeTimeoutMs: 10 });
  await lifecycle.settled();
  hangs = true;
  await vi.waitFor(() => expect(lifecycle.ready()).toMatchObject({ ready: false, stage: "degraded" }));
  hangs = false;
  await vi.waitFor(() => expect(lifecycle.ready().ready).toBe(true));
  await lifecycle.close();
});

test("a stopping service takes no new work and is closed once, also when it was still loading", async () => {
  const loading = Promise.withResolvers<HostedService>();
  const { service, calls } = createService();
  const lifecycle = createLifecycle({ load: () => loading.promise });
  const closed = lifecycle.close();
  await expect(lifecycle.service()).rejects.toMatchObject({ code: "model_unavailable" });
  loading.resolve(service);
  await closed;
  expect(calls.closed).toBe(1);
  expect(lifecycle.ready().stage).toBe("stopping");
});

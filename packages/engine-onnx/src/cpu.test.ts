import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { countCores, readCpuQuota } from "./cpu.ts";

const root = await mkdtemp(join(tmpdir(), "cgroup-"));
afterAll(() => rm(root, { recursive: true }));

test("the quota is read from cgroup v2, fractions included", async () => {
  await writeFile(join(root, "cpu.max"), "150000 100000\n");
  expect(readCpuQuota(root)).toBe(1.5);
  await writeFile(join(root, "cpu.max"), "max 100000\n");
  expect(readCpuQuota(root)).toBeUndefined();
});

test("the quota is read from cgroup v1, where -1 means unlimited", async () => {
  await rm(join(root, "cpu.max"));
  await mkdir(join(root, "cpu"));
  await writeFile(join(root, "cpu", "cpu.cfs_period_us"), "100000\n");
  await writeFile(join(root, "cpu", "cpu.cfs_quota_us"), "50000\n");
  expect(readCpuQuota(root)).toBe(0.5);
  await writeFile(join(root, "cpu", "cpu.cfs_quota_us"), "-1\n");
  expect(readCpuQuota(root)).toBeUndefined();
});

test("without a quota there is none, and there is always a core", () => {
  expect(readCpuQuota(join(root, "missing"))).toBeUndefined();
  expect(countCores()).toBeGreaterThanOrEqual(1);
});

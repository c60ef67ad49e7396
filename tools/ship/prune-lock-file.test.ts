import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { repositoryRoot } from "../workspace-units.ts";
import { type LockFile, pruneLockFile } from "./prune-lock-file.ts";

const lockFile: LockFile = {
  lockfileVersion: "9.0",
  settings: { autoInstallPeers: true },
  importers: {
    "spaces/one": {
      dependencies: {
        sharp: { specifier: "catalog:", version: "1.0.0(peer@2.0.0)" },
        zod: { specifier: "catalog:", version: "4.0.0" },
        codec: { specifier: "catalog:", version: "real-codec@5.0.0" },
      },
    },
  },
  packages: { "sharp@1.0.0": 1, "peer@2.0.0": 2, "binary@3.0.0": 3, "zod@4.0.0": 4, "real-codec@5.0.0": 5 },
  snapshots: {
    "sharp@1.0.0(peer@2.0.0)": { dependencies: { peer: "2.0.0" }, optionalDependencies: { binary: "3.0.0" } },
    "peer@2.0.0": {},
    // A circle must not be walked for ever.
    "binary@3.0.0": { dependencies: { sharp: "1.0.0(peer@2.0.0)" } },
    "zod@4.0.0": {},
    "real-codec@5.0.0": {},
  },
};

test("what is kept is the named packages with all they need, at their locked versions", () => {
  const { lockFile: pruned, versions } = pruneLockFile(lockFile, "spaces/one", ["sharp"]);
  expect(versions).toEqual({ sharp: "1.0.0" });
  expect(pruned.importers).toEqual({ ".": { dependencies: { sharp: { specifier: "1.0.0", version: "1.0.0(peer@2.0.0)" } } } });
  expect(Object.keys(pruned.snapshots)).toEqual(["binary@3.0.0", "peer@2.0.0", "sharp@1.0.0(peer@2.0.0)"]);
  expect(pruned.packages).toEqual({ "binary@3.0.0": 3, "peer@2.0.0": 2, "sharp@1.0.0": 1 });
  expect(pruned.settings).toEqual(lockFile.settings);
});

test("an alias is followed to the package it stands for", () => {
  expect(Object.keys(pruneLockFile(lockFile, "spaces/one", ["codec"]).lockFile.packages)).toEqual(["real-codec@5.0.0"]);
});

test("a package that is not locked is an error, not an image without it", () => {
  expect(() => pruneLockFile(lockFile, "spaces/one", ["absent"])).toThrow(/no absent of spaces\/one/);
  expect(() => pruneLockFile(lockFile, "spaces/two", ["zod"])).toThrow(/spaces\/two/);
});

test("of this repository's lock file an image of a text Space takes ONNX Runtime with its hash, and little else", () => {
  const whole = parse(readFileSync(join(repositoryRoot, "pnpm-lock.yaml"), "utf8")) as LockFile;
  const { lockFile: pruned, versions } = pruneLockFile(whole, "spaces/minilm-embed", ["onnxruntime-node"]);
  const key = `onnxruntime-node@${versions["onnxruntime-node"]}`;
  expect(pruned.packages[key]).toEqual(whole.packages[key]);
  expect(Object.keys(pruned.packages).length).toBeLessThan(40);
});

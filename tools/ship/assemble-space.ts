import { cpSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, readSync, closeSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { repositoryRoot, type WorkspaceUnit } from "../workspace-units.ts";
import { bundleUnit } from "./bundle-unit.ts";
import { toSpaceDockerfile } from "./space-dockerfile.ts";
import { parseFrontMatter, toSpaceReadme } from "./space-readme.ts";

/** Files that are kept by Git LFS: the Hub refuses others that are larger than 10 MB. */
const gitAttributes = ["*.onnx", "*.onnx.data", "*.data", "*.bin", "*.gguf", "*.safetensors"]
  .map((pattern) => `${pattern} filter=lfs diff=lfs merge=lfs -text\n`)
  .join("");

/** What to put together. */
export interface AssembleOptions {
  unit: WorkspaceUnit;
  /** An empty folder. */
  target: string;
  /** Which model the image is built with when the Space has no variable MODEL. Default full. */
  model?: "full" | "pocket" | undefined;
  /** Folder of a prepared model (model.onnx, tokenizer.json, model.json, ...) that is served in place of the others. */
  weights?: string | undefined;
  /** Address of this repository on the web, for links of the README. */
  repositoryUrl?: string | undefined;
}

/**
 * Writes the repository of a Space: it builds by itself, knows nothing of the workspace, and is all that the Hub gets. The same
 * sources give the same files, so that a push of what is there already is none.
 * @throws Error when the Space is not built, its README's front matter would be refused, or the weights are not weights
 */
export function assembleSpace({ unit, target, model = "full", weights, repositoryUrl }: AssembleOptions): void {
  const readme = readFileSync(join(unit.folder, "README.md"), "utf8");
  parseFrontMatter(readme);
  bundleUnit(unit, target);
  const write = (name: string, text: string): void => writeFileSync(join(target, name), text);
  const dockerfile = readFileSync(join(repositoryRoot, "docker/space.Dockerfile"), "utf8");
  write("Dockerfile", toSpaceDockerfile(dockerfile, { SPACE: unit.name, MODEL: model }));
  write("README.md", toSpaceReadme(readme, `spaces/${unit.name}`, repositoryUrl));
  write(".gitattributes", gitAttributes);
  if (weights !== undefined) copyWeights(weights, join(target, "model"));
}

function copyWeights(from: string, to: string): void {
  const names =
    existsSync(from) && statSync(from).isDirectory() ? readdirSync(from).filter((name) => statSync(join(from, name)).isFile()) : [];
  if (!names.includes("model.json")) throw new Error(`${from} holds no prepared model: model.json is missing.`);
  mkdirSync(to, { recursive: true });
  for (const name of names) {
    const path = join(from, name);
    if (isPointer(path)) throw new Error(`${path} is a Git LFS pointer, not weights. Run "git lfs pull" where it comes from.`);
    cpSync(path, join(to, name));
  }
}

/** @source https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md, "The Pointer" */
function isPointer(path: string): boolean {
  const start = Buffer.alloc(42);
  const file = openSync(path, "r");
  readSync(file, start);
  closeSync(file);
  return start.toString("latin1").startsWith("version https://git-lfs.github.com/spec/v1");
}

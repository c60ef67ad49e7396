/**
 * `node packages/engine-onnx/test/prove-download.ts <folder>`: builds a text Space's own repository
 * (`pnpm push:space minilm-embed --dry-run`) with Docker, its weights out of a private repository of a hub on this machine. Without
 * the secret the build must fail; with it the hub must have seen the token, and no layer and no setting of the image may hold it.
 * Leaves the image outpost/downloaded. The hub is on 127.0.0.1: the builder has to share this machine's network.
 */
import { type SpawnOptions, spawn } from "node:child_process";
import { createReadStream, mkdtempSync, readdirSync, rmSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { type LocalHub, localCommit, startLocalHub } from "./local-hub.ts";
import { encodeConfig, encodeSafetensors, makeTinyBert } from "./tiny-bert.ts";

const image = "outpost/downloaded";
const token = ["hf", `ForTheTimeOfTheProof${process.pid}`].join("_");
/** Stands in the model's layer (model.json says where it is from): shows that the search finds what is there. */
const control = localCommit;
const pocket = new URL("../../../models/pocket-minilm/", import.meta.url);

async function run(command: string, args: readonly string[], options: SpawnOptions): Promise<number | null> {
  const child = spawn(command, args, options);
  return await new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", resolve);
  });
}

/** A model of one layer and random weights, as sentence-transformers publishes them. */
async function fill(hub: LocalHub): Promise<void> {
  const shape = { layers: 1, heads: 12, hiddenSize: 384, intermediateSize: 64, vocabularySize: 30_522, maxPositions: 512 };
  const config = { ...shape, layerNormEpsilon: 1e-12, activation: "gelu" } as const;
  const modules = [
    { idx: 0, name: "0", path: "", type: "sentence_transformers.models.Transformer" },
    { idx: 1, name: "1", path: "1_Pooling", type: "sentence_transformers.models.Pooling" },
  ];
  const pooling = { word_embedding_dimension: shape.hiddenSize, pooling_mode_mean_tokens: true };
  const add = (path: string, content: Buffer | string, isLarge = false): void => {
    hub.files.set(path, { content: Buffer.from(content), isLarge });
  };
  add("config.json", encodeConfig(config));
  add("tokenizer.json", await readFile(new URL("tokenizer.json", pocket)));
  add("modules.json", JSON.stringify(modules));
  add("1_Pooling/config.json", JSON.stringify(pooling));
  add("model.safetensors", encodeSafetensors(makeTinyBert(config)), true);
}

async function build(folder: string, endpoint: string, hasSecret: boolean): Promise<boolean> {
  const values = { MODEL: "full", MODEL_ID: "owner/model", MODEL_REVISION: localCommit, HF_ENDPOINT: endpoint };
  const args = Object.entries(values).flatMap(([name, value]) => ["--build-arg", `${name}=${value}`]);
  if (hasSecret) args.push("--secret", "id=HF_TOKEN,env=PROOF_TOKEN");
  const variables = ["DOCKER_BUILDKIT=1", `PROOF_TOKEN=${token}`];
  const command = ["docker", "build", "--progress", "plain", "--network", "host", ...args, "-t", image, folder];
  return (await run("env", [...variables, ...command], { stdio: hasSecret ? "inherit" : "ignore" })) === 0;
}

/** Whether a file, or what it is when unpacked, holds each of the texts. */
async function findTexts(path: string, texts: readonly string[]): Promise<boolean[]> {
  const isGzip = (await readFirstBytes(path)).equals(Buffer.from([0x1f, 0x8b]));
  const found = texts.map(() => false);
  const overlap = Math.max(...texts.map((text) => text.length)) - 1;
  let rest = Buffer.alloc(0);
  const stream = createReadStream(path);
  for await (const part of isGzip ? stream.pipe(createGunzip()) : stream) {
    const window = Buffer.concat([rest, part as Buffer]);
    for (const [index, text] of texts.entries()) found[index] ||= window.includes(text);
    rest = window.subarray(-overlap);
  }
  return found;
}

async function readFirstBytes(path: string): Promise<Buffer> {
  for await (const part of createReadStream(path, { end: 1 })) return part as Buffer;
  return Buffer.alloc(0);
}

/** Files of the saved image that hold each of the texts: layers, configuration, manifest. */
async function searchImage(texts: readonly string[]): Promise<{ files: number; layers: string[]; holders: string[][] }> {
  const folder = mkdtempSync(join(tmpdir(), "proof-"));
  try {
    if ((await run("docker", ["save", "-o", join(folder, "image.tar"), image], { stdio: "inherit" })) !== 0) throw new Error("docker save");
    if ((await run("tar", ["-xf", "image.tar"], { cwd: folder, stdio: "inherit" })) !== 0) throw new Error("tar");
    rmSync(join(folder, "image.tar"));
    const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) => statSync(join(folder, name)).isFile());
    const holders = texts.map((): string[] => []);
    for (const name of files)
      for (const [index, isFound] of (await findTexts(join(folder, name), texts)).entries()) if (isFound) holders[index]?.push(name);
    const [manifest] = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as { Layers: string[] }[];
    return { files: files.length, layers: manifest?.Layers ?? [], holders };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function main(folder: string): Promise<void> {
  const hub = await startLocalHub();
  try {
    hub.behaviour.token = token;
    await fill(hub);
    if (await build(folder, hub.endpoint, false)) throw new Error("The build got private weights without a token.");
    const refused = hub.seen.length;
    if (refused === 0) throw new Error("The build without a token did not ask this hub.");
    process.stdout.write(`Without the secret: refused by the hub after ${refused} requests, the build failed.\n`);
    if (!(await build(folder, hub.endpoint, true))) throw new Error("The build with the secret failed.");
    const allowed = hub.seen.slice(refused).filter(({ authorization }) => authorization === `Bearer ${token}`);
    if (allowed.length === 0) throw new Error("The hub saw no request with the token.");
    const { files, layers, holders } = await searchImage([token, control]);
    const [leaks = [], controls = []] = holders;
    if (!controls.some((name) => layers.includes(name))) throw new Error("The search does not find what is there.");
    if (leaks.length > 0) throw new Error(`The token is in ${leaks.join(", ")}.`);
    process.stdout.write(
      `With it: ${allowed.length} requests with the token; ${image} of ${layers.length} layers, ${files} files searched: no token.\n`,
    );
  } finally {
    await hub.close();
  }
}

const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error("Name the folder of a Space's repository: pnpm push:space minilm-embed --dry-run");
await main(folder);

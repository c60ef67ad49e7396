import { randomBytes } from "node:crypto";
import { access, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LocalHub, localCommit, sha256, startLocalHub } from "../../test/local-hub.ts";
import { type DownloadedFile, downloadHubFile, type DownloadHubFileOptions } from "./download-hub-file.ts";

const weights = randomBytes(300_000);
let hub: LocalHub;
let directory: string;

beforeEach(async () => {
  hub = await startLocalHub();
  hub.files.set("model.safetensors", { content: weights, isLarge: true });
  hub.files.set("config.json", { content: Buffer.from('{"model_type":"bert"}'), isLarge: false });
  directory = await mkdtemp(join(tmpdir(), "outpost-hub-"));
});

afterEach(async () => {
  await hub.close();
  await rm(directory, { recursive: true, force: true });
});

function download(path = "model.safetensors", options: Partial<DownloadHubFileOptions> = {}): Promise<DownloadedFile> {
  const settings = { endpoint: hub.endpoint, retryDelayMs: 1, maxAttempts: 3, ...options.hub };
  return downloadHubFile({
    repository: "owner/model",
    revision: "main",
    path,
    destination: join(directory, path),
    ...options,
    hub: settings,
  });
}

const content = (path = "model.safetensors") => readFile(join(directory, path));
const storageRequests = () => hub.seen.filter(({ server }) => server === "storage");

test("a large file is followed to storage, verified, and named with its commit", async () => {
  const file = await download("model.safetensors", { sha256: sha256(weights) });
  expect(file).toMatchObject({ path: "model.safetensors", bytes: weights.byteLength, sha256: sha256(weights), commit: localCommit });
  expect(await content()).toEqual(weights);
  expect(await readdir(directory)).toEqual(["model.safetensors"]);
});

test("a small file comes from the Hub itself and is checked against its Git name", async () => {
  const file = await download("config.json");
  expect(file.commit).toBe(localCommit);
  expect((await content("config.json")).toString()).toBe('{"model_type":"bert"}');
});

test("the token goes to the Hub and never to where it redirects", async () => {
  hub.behaviour.token = "hf_secret";
  await download("model.safetensors", { hub: { token: "hf_secret" } });
  expect(hub.seen.map(({ server, authorization }) => [server, authorization])).toEqual([
    ["hub", "Bearer hf_secret"],
    ["storage", undefined],
  ]);
});

test("a cut connection goes on where it stopped", async () => {
  Object.assign(hub.behaviour, { faults: 2, cutAfterBytes: 100_000 });
  await download();
  expect(await content()).toEqual(weights);
  expect(storageRequests().map(({ range }) => range)).toEqual([undefined, "bytes=100000-", "bytes=200000-"]);
});

test("a download that another process began goes on where it stopped", async () => {
  Object.assign(hub.behaviour, { faults: 3, cutAfterBytes: 50_000, faultStatus: undefined });
  await expect(download("model.safetensors", { hub: { maxAttempts: 1 } })).rejects.toThrow("what has arrived is kept");
  hub.behaviour.faults = 0;
  await download();
  expect(storageRequests().at(-1)?.range).toMatch(/^bytes=50000-$/);
  expect(await content()).toEqual(weights);
});

test("a file that changed on the Hub is not continued but fetched anew", async () => {
  Object.assign(hub.behaviour, { faults: 1, cutAfterBytes: 100_000 });
  await expect(download("model.safetensors", { hub: { maxAttempts: 1 } })).rejects.toThrow("The connection was cut");
  const changed = randomBytes(250_000);
  hub.files.set("model.safetensors", { content: changed, isLarge: true });
  await download();
  expect(storageRequests().at(-1)?.range).toBeUndefined();
  expect(await content()).toEqual(changed);
});

test("storage that does not do ranges still delivers the file", async () => {
  Object.assign(hub.behaviour, { faults: 1, cutAfterBytes: 100_000, noRanges: true });
  await download();
  expect(await content()).toEqual(weights);
});

test("a part on disk that is as long as the file is thrown away, not trusted", async () => {
  await writeFile(join(directory, "model.safetensors.partial"), randomBytes(weights.byteLength));
  await writeFile(join(directory, "model.safetensors.partial.json"), JSON.stringify({ identity: sha256(weights) }));
  await download();
  expect(await content()).toEqual(weights);
});

test("a damaged part on disk costs one more download, not the model", async () => {
  await writeFile(join(directory, "model.safetensors.partial"), randomBytes(1000));
  await writeFile(
    join(directory, "model.safetensors.partial.json"),
    JSON.stringify({ identity: sha256(weights), validator: `"storage-${sha256(weights)}"` }),
  );
  await download();
  expect(storageRequests().map(({ range }) => range)).toEqual(["bytes=1000-", undefined]);
  expect(await content()).toEqual(weights);
});

test("a wrong hash deletes the file and names both hashes", async () => {
  hub.behaviour.corrupt = (bytes) => Buffer.concat([Buffer.from("x"), bytes.subarray(1)]);
  const failed = await download().catch((error: unknown) => error);
  expect(failed).toMatchObject({ code: "model_unavailable", details: { expected: sha256(weights) } });
  expect(String(failed)).toContain(`expected ${sha256(weights)}`);
  expect(await readdir(directory)).toEqual([]);
});

test("content that is not what the Space declared is refused although the Hub vouches for it", async () => {
  await expect(download("model.safetensors", { sha256: "0".repeat(64) })).rejects.toThrow("its hash is wrong");
});

test("a Git LFS pointer in place of the weights is named", async () => {
  const pointer = Buffer.from(`version https://git-lfs.github.com/spec/v1\noid sha256:${sha256(weights)}\nsize 300000\n`);
  hub.files.set("model.safetensors", { content: pointer, isLarge: false });
  await expect(download()).rejects.toThrow("Git LFS pointer");
});

test("a web page in place of the file is named", async () => {
  hub.behaviour.intercept = (_, response) => (
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end("<html>sign in</html>"),
    true
  );
  await expect(download()).rejects.toThrow("a web page came instead of the file");
});

test("a missing file, revision, repository and a gated one are told apart", async () => {
  await expect(download("other.bin")).rejects.toThrow('no file "other.bin"');
  await expect(download("config.json", { revision: "v9" })).rejects.toThrow('no revision "v9"');
  await expect(download("config.json", { repository: "owner/none" })).rejects.toThrow("it needs HF_TOKEN, or the name is misspelt");
  await expect(download("config.json", { repository: "owner/none", hub: { token: "hf_old" } })).rejects.toThrow(
    "HF_TOKEN is wrong, expired",
  );
  hub.behaviour.intercept = (_, response) => (response.writeHead(403, { "x-error-code": "GatedRepo" }).end(), true);
  await expect(download()).rejects.toThrow("accept its conditions");
});

test("a busy server is asked again, and given up on with its status", async () => {
  Object.assign(hub.behaviour, { faults: 2, faultStatus: 503 });
  await download();
  expect(storageRequests()).toHaveLength(3);
  await rm(join(directory, "model.safetensors"));
  hub.behaviour.faults = 100;
  await expect(download()).rejects.toThrow("status 503");
});

test("a silent connection counts as cut", async () => {
  hub.behaviour.intercept = () => true;
  await expect(download("config.json", { hub: { stallTimeoutMs: 50, maxAttempts: 2 } })).rejects.toThrow("2 times in a row");
});

test("an unreachable endpoint is named with its cause", async () => {
  await expect(download("config.json", { hub: { endpoint: "http://127.0.0.1:9" } })).rejects.toThrow(/connection failed, 3 times in a row/);
});

test("redirects that never end are stopped", async () => {
  hub.behaviour.intercept = (request, response) => (response.writeHead(302, { location: request.url }).end(), true);
  await expect(download()).rejects.toThrow("redirects");
});

test("a file that is there with the right hash costs no request", async () => {
  await download();
  const before = hub.seen.length;
  await download("model.safetensors", { sha256: sha256(weights) });
  expect(hub.seen).toHaveLength(before);
});

test("a file that is there with a wrong hash is fetched again", async () => {
  await writeFile(join(directory, "model.safetensors"), "old");
  await download("model.safetensors", { sha256: sha256(weights) });
  expect(await content()).toEqual(weights);
});

test("two downloads of one file at once share one transfer", async () => {
  const files = await Promise.all([download(), download()]);
  expect(files.map((file) => file.sha256)).toEqual([sha256(weights), sha256(weights)]);
  expect(storageRequests()).toHaveLength(1);
});

test("progress begins where the disk is and ends with the whole", async () => {
  Object.assign(hub.behaviour, { faults: 1, cutAfterBytes: 100_000 });
  const seen: number[] = [];
  await download("model.safetensors", { onProgress: ({ receivedBytes, totalBytes }) => seen.push(receivedBytes / (totalBytes as number)) });
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toBe(1);
});

test("cancelling stops the download, keeps what arrived and leaves no lock", async () => {
  const controller = new AbortController();
  Object.assign(hub.behaviour, { faults: 1, cutAfterBytes: 100_000 });
  const running = download("model.safetensors", {
    signal: controller.signal,
    onProgress: ({ receivedBytes }) => receivedBytes > 0 && controller.abort(),
  });
  await expect(running).rejects.toMatchObject({ code: "cancelled" });
  await expect(access(join(directory, "model.safetensors.lock"))).rejects.toThrow("ENOENT");
  await download();
  expect(await content()).toEqual(weights);
});

test("a full disk is named, and nothing appears under the final name", async () => {
  // /dev/full takes no byte; the partial file is a link to it.
  const { symlink } = await import("node:fs/promises");
  await symlink("/dev/full", join(directory, "model.safetensors.partial"));
  await expect(download()).rejects.toThrow("the disk is full");
  await expect(access(join(directory, "model.safetensors"))).rejects.toThrow("ENOENT");
});

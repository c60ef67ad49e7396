import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { CodedError } from "@repo/contracts/coded-error";

/** A file that is arriving. */
export interface Upload {
  /** As the form names it. */
  fileName: string | undefined;
  /** Its bytes, unpacked. Throws CodedError invalid_request when the connection or the gzip data ends too early. */
  bytes: AsyncIterable<Uint8Array>;
}

const defaultType = "application/x-ndjson";
/** What files of JSON Lines are sent as: by our pages, by curl, by Python, by browsers that do not know them. */
const fileTypes = new Set([
  defaultType,
  "application/jsonl",
  "application/x-jsonlines",
  "application/json",
  "application/gzip",
  "application/x-gzip",
  "application/octet-stream",
  "text/plain",
]);

/**
 * The file in a request: its body, or the first file of a form.
 * @throws CodedError unsupported_media_type, invalid_request
 */
export async function openUpload(request: Request): Promise<Upload> {
  const type = (request.headers.get("content-type") ?? defaultType).split(";")[0]?.trim().toLowerCase() ?? defaultType;
  if (request.body === null) throw new CodedError("invalid_request", "The body is empty; send a file of JSON Lines.");
  const body = Readable.fromWeb(request.body as Parameters<typeof Readable.fromWeb>[0]);
  if (type === "multipart/form-data") return await openForm(body, request.headers.get("content-type") ?? "");
  if (!fileTypes.has(type)) {
    throw new CodedError(
      "unsupported_media_type",
      `Send JSON Lines with the header \`Content-Type: ${defaultType}\`, or a form with a file.`,
    );
  }
  return { fileName: undefined, bytes: unpack(body) };
}

async function openForm(body: Readable, contentType: string): Promise<Upload> {
  const { promise, resolve, reject } = Promise.withResolvers<Upload>();
  let form: BusboyInstance;
  try {
    form = new Busboy({ headers: { "content-type": contentType }, limits: { files: 1, fields: 20, fieldSize: 10_000, parts: 21 } });
  } catch (cause) {
    throw new CodedError("invalid_request", "The form has no boundary.", { cause });
  }
  let file: BusboyFileStream | undefined;
  form.once("file", (_field, stream, fileName) => {
    file = stream;
    resolve({ fileName: fileName === "" ? undefined : fileName, bytes: unpack(stream) });
  });
  pipeline(body, form).then(
    () => reject(new CodedError("invalid_request", "The form has no file.")),
    (cause: unknown) => {
      // The form's own stream would just stop, and the reader would wait for ever.
      file?.destroy(cause instanceof Error ? cause : new Error(String(cause)));
      reject(endedTooEarly(cause));
    },
  );
  return await promise;
}

function endedTooEarly(cause: unknown): CodedError {
  return CodedError.isInstance(cause)
    ? cause
    : new CodedError("invalid_request", "The upload ended too early; nothing of it was kept.", { cause });
}

const [gzip0, gzip1] = [0x1f, 0x8b];

/** Passes bytes on, unpacking them where they are gzip: no JSON begins like that, so nobody needs to say so. */
async function* unpack(stream: Readable): AsyncGenerator<Uint8Array> {
  try {
    const chunks = stream[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    const first = await chunks.next();
    if (first.done === true) return;
    const all = (async function* () {
      yield first.value;
      yield* { [Symbol.asyncIterator]: () => chunks };
    })();
    if (first.value[0] !== gzip0 || (first.value.length > 1 && first.value[1] !== gzip1)) {
      yield* all;
      return;
    }
    const gunzip = createGunzip();
    // An error of either side ends the reading below.
    pipeline(Readable.from(all), gunzip).catch(() => undefined);
    yield* gunzip as AsyncIterable<Uint8Array>;
  } catch (thrown) {
    throw endedTooEarly(thrown);
  } finally {
    stream.destroy();
  }
}

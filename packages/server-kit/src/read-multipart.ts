import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { CodedError } from "@repo/contracts/coded-error";
import type { UploadedFile } from "@repo/contracts/uploaded-file";
import { readChunks, type ReadBytesOptions } from "./body-bytes.ts";

/** Bounds of a multipart body, besides its size. */
export interface MultipartLimits {
  /** Largest single file, bytes. */
  maxFileBytes: number;
  /** Most files in one body. */
  maxFiles: number;
}

/** Values of one field, in the order in which they came. */
export type FormFields = Map<string, (string | UploadedFile)[]>;

/** Most fields that are not files; a form of ours has about ten. */
const maxFields = 200;
/** Headers of one part: its name, its file's name and its type. */
const maxPartHeaderBytes = 16 * 1024;

/**
 * Reads a multipart/form-data body (RFC 7578) while it arrives: fields as text, files as bytes. A file field that was left
 * empty in a browser's form (no name, no bytes) is not there.
 * @throws CodedError invalid_request, payload_too_large, overloaded, cancelled
 */
export async function readMultipart(request: Request, options: ReadBytesOptions & MultipartLimits): Promise<FormFields> {
  const fields: FormFields = new Map();
  const form = openForm(request, options);
  const failed = collect(form, fields, options);
  try {
    for await (const chunk of readChunks(request, options)) {
      if (failed.error !== undefined) throw failed.error;
      if (!form.write(chunk)) await waitForDrain(form, failed);
    }
    await finish(form, failed);
  } finally {
    form.destroy();
  }
  if (failed.error !== undefined) throw failed.error;
  return fields;
}

/** The first thing that went wrong; parts report it from their own events. */
interface Failure {
  error?: CodedError;
  /** Wakes who waits for the form. */
  wake: () => void;
}

function openForm(request: Request, { maxFiles, maxFileBytes, maxBodyBytes }: ReadBytesOptions & MultipartLimits): BusboyInstance {
  try {
    return new Busboy({
      headers: { "content-type": request.headers.get("content-type") ?? "" },
      // Busboy reports a limit only when something lies beyond it.
      limits: {
        files: maxFiles,
        fileSize: maxFileBytes,
        fields: maxFields,
        fieldSize: maxBodyBytes,
        fieldNameSize: 200,
        headerPairs: 20,
        headerSize: maxPartHeaderBytes,
      },
    });
  } catch (cause) {
    throw new CodedError("invalid_request", "The form's Content-Type has no boundary.", { cause });
  }
}

function collect(form: BusboyInstance, fields: FormFields, limits: MultipartLimits): Failure {
  const failure: Failure = { wake: () => undefined };
  const fail = (error: CodedError): void => {
    failure.error ??= error;
    failure.wake();
  };
  const add = (name: string | undefined, value: string | UploadedFile): void => {
    const values = fields.get(name ?? "");
    if (values === undefined) fields.set(name ?? "", [value]);
    else values.push(value);
  };
  form.on("file", (name, stream, fileName, ...[, type]) => {
    const chunks: Buffer[] = [];
    stream.on("data", (chunk: Buffer) => chunks.push(chunk));
    stream.on("limit", () => fail(fileTooLarge(limits.maxFileBytes, fileName)));
    stream.on("error", (cause: unknown) => fail(brokenForm(cause)));
    stream.on("end", () => {
      const bytes = Buffer.concat(chunks);
      if (isLeftEmpty(stream, fileName)) return;
      add(name, { bytes, ...(fileName ? { name: fileName } : {}), type });
    });
  });
  form.on("field", (name, value) => add(name, value));
  form.on("filesLimit", () => fail(tooMany(`files; at most ${limits.maxFiles} are read`)));
  form.on("fieldsLimit", () => fail(tooMany(`fields; at most ${maxFields} are read`)));
  form.on("error", (cause: unknown) => fail(brokenForm(cause)));
  return failure;
}

function isLeftEmpty(stream: BusboyFileStream, fileName: string | undefined): boolean {
  return stream.bytesRead === 0 && (fileName === undefined || fileName === "");
}

async function waitForDrain(form: BusboyInstance, failure: Failure): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  failure.wake = resolve;
  form.once("drain", resolve);
  await promise;
  form.removeListener("drain", resolve);
}

async function finish(form: BusboyInstance, failure: Failure): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  failure.wake = resolve;
  form.once("finish", resolve);
  form.end();
  if (failure.error === undefined) await promise;
}

function brokenForm(cause: unknown): CodedError {
  return new CodedError("invalid_request", "The form is not complete, or not multipart/form-data.", { cause });
}

function fileTooLarge(maxFileBytes: number, name: string | undefined): CodedError {
  return new CodedError("payload_too_large", `A file is larger than ${maxFileBytes} bytes.`, {
    details: { maxFileBytes, ...(name ? { file: name } : {}) },
  });
}

function tooMany(what: string): CodedError {
  return new CodedError("payload_too_large", `The form has too many ${what}.`);
}

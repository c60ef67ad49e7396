import { z } from "zod";

/** A file as it travels in a multipart body, or as the whole of a binary one. */
export interface UploadedFile {
  /** The file itself. What it is, its first bytes say; `name` and `type` are hints. */
  bytes: Uint8Array;
  /** File name as the sender gave it, without folders. */
  name?: string | undefined;
  /** Media type as the sender gave it, e.g. image/jpeg. */
  type?: string | undefined;
}

const binary = { type: "string", format: "binary", contentMediaType: "application/octet-stream" } as const;

/** Whether a value of a parsed body is a file. */
export function isUploadedFile(value: unknown): value is UploadedFile {
  return typeof value === "object" && value !== null && (value as { bytes?: unknown }).bytes instanceof Uint8Array;
}

/** A field of a request that holds one file. @param description for the API's documentation, with limits */
export function fileField(description: string) {
  return z.custom<UploadedFile>(isUploadedFile, { error: "Send a file in this field." }).describe(description).meta(binary);
}

/** A field that holds one file or several under the same name; comes out as a list. */
export function filesField(description: string) {
  const files = z.array(z.custom<UploadedFile>(isUploadedFile, { error: "Send files in this field." }).meta(binary)).min(1);
  return z.preprocess((value) => (isUploadedFile(value) ? [value] : value), files).describe(description);
}

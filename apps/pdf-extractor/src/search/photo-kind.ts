import { CodedError } from "@repo/contracts/coded-error";

/** Largest photo, bytes. @source the original's documented limit */
export const maxPhotoBytes = 10 * 1024 * 1024;

const ascii = (text: string): number[] => Array.from(text, (character) => character.charCodeAt(0));

/** First bytes of kinds that browsers show. @source ISO/IEC 10918-1 annex B, PNG specification section 5.2, RFC 9649, GIF89a */
const kinds: readonly { type: string; parts: readonly (readonly [offset: number, bytes: readonly number[]])[] }[] = [
  { type: "image/jpeg", parts: [[0, [0xff, 0xd8, 0xff]]] },
  { type: "image/png", parts: [[0, [0x89, ...ascii("PNG\r\n"), 0x1a, 0x0a]]] },
  { type: "image/gif", parts: [[0, ascii("GIF8")]] },
  {
    type: "image/webp",
    parts: [
      [0, ascii("RIFF")],
      [8, ascii("WEBP")],
    ],
  },
];

/**
 * What a photo is, by its first bytes.
 * @throws CodedError invalid_request, payload_too_large, unsupported_media_type
 */
export function toPhotoType(bytes: Uint8Array): string {
  if (bytes.byteLength === 0) throw new CodedError("invalid_request", "The image is empty.");
  if (bytes.byteLength > maxPhotoBytes)
    throw new CodedError("payload_too_large", `The image is larger than ${maxPhotoBytes / 2 ** 20} MiB.`);
  const found = kinds.find(({ parts }) =>
    parts.every(([offset, expected]) => expected.every((byte, position) => bytes[offset + position] === byte)),
  );
  if (found === undefined) throw new CodedError("unsupported_media_type", "The image is no JPEG, PNG, WebP or GIF.");
  return found.type;
}

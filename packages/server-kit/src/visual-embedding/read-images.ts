import { CodedError } from "@repo/contracts/coded-error";
import { isUploadedFile, type UploadedFile } from "@repo/contracts/uploaded-file";
import { maxImagesPerRequest } from "@repo/contracts/visual-embedding";
import type { ImageInput } from "@repo/contracts/visual-embedding-routes";
import { decodeBase64 } from "../decode-base64.ts";
import type { HandlerContext } from "../mount-route.ts";
import { fetchRemoteImage, isWebAddress } from "./fetch-remote-image.ts";
import type { VisualEmbeddingHost } from "./visual-embedding-host.ts";

/** How base64 of the formats that are read begins: JPEG, PNG, GIF, WebP, TIFF and BMP. */
const imageBeginnings = ["/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR", "SUkqA", "TU0AK", "Qk"];
/** Shorter than any image: a word such as "Qk" is a text. */
const shortestImageLength = 64;

/** Whether a text that may be either is an image: a data URL, or base64 that begins like one. */
export function isImageText(text: string): boolean {
  if (/^data:image\//i.test(text.slice(0, 20))) return true;
  if (text.length < shortestImageLength || /\s/.test(text.slice(0, shortestImageLength))) return false;
  return imageBeginnings.some((beginning) => text.startsWith(beginning));
}

/**
 * The images of a request as files: those that came as text are decoded, those that are only named are fetched where that
 * is allowed.
 * @throws CodedError invalid_request, payload_too_large, deadline_exceeded; details.index is the image to blame
 */
export async function readImages(
  host: VisualEmbeddingHost,
  inputs: readonly ImageInput[],
  context: HandlerContext,
): Promise<UploadedFile[]> {
  if (inputs.length > maxImagesPerRequest) {
    throw new CodedError("payload_too_large", `A request has at most ${maxImagesPerRequest} images, not ${inputs.length}.`, {
      details: { images: inputs.length, maxImages: maxImagesPerRequest },
    });
  }
  let fetchedBytes = 0;
  const files: UploadedFile[] = [];
  for (const [index, input] of inputs.entries()) {
    try {
      if (isUploadedFile(input)) files.push(input);
      else if (isWebAddress(input)) {
        const { maxFileBytes } = host.remoteImages;
        const policy = { ...host.remoteImages, maxFileBytes: Math.min(maxFileBytes, host.maxRemoteBytes - fetchedBytes) };
        const file = await fetchRemoteImage(input, policy, context);
        fetchedBytes += file.bytes.length;
        files.push(file);
      } else files.push(decodeBase64(input, "image"));
    } catch (thrown) {
      throw withIndex(thrown, index);
    }
  }
  return files;
}

function withIndex(thrown: unknown, index: number): unknown {
  if (!CodedError.isInstance(thrown)) return thrown;
  return new CodedError(thrown.code, thrown.message, { cause: thrown, details: { ...thrown.details, index } });
}

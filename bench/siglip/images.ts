import { readFileSync } from "node:fs";
import { join } from "node:path";
import { root } from "../servers.ts";

/** Pictures of the preprocessing tests that are like those of a catalogue: JPEG of up to 640 x 427 pixels. */
const names = ["photo.jpg", "almost-384.jpg", "progressive.jpg", "odd-sides.jpg", "full-colour.jpg"];

/** Gives pictures, each another file although few are different: servers remember what they have seen. */
export function createImageSource(): () => Uint8Array<ArrayBuffer> {
  const folder = join(root, "packages/engine-onnx/test/siglip/pictures");
  const files = names.map((name) => new Uint8Array(readFileSync(join(folder, name))));
  let count = 0;
  return () => withComment(files[count % files.length] as Uint8Array, count++);
}

/** The same picture with a comment after the marker that begins a JPEG. Source: ITU-T T.81, B.2.4.5 */
function withComment(jpeg: Uint8Array, number: number): Uint8Array<ArrayBuffer> {
  const comment = Uint8Array.of(0xff, 0xfe, 0, 6, number >> 24, number >> 16, number >> 8, number);
  const bytes = new Uint8Array(jpeg.length + comment.length);
  bytes.set(jpeg.subarray(0, 2));
  bytes.set(comment, 2);
  bytes.set(jpeg.subarray(2), 2 + comment.length);
  return bytes;
}

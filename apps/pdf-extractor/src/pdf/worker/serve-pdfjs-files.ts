import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const directory = dirname(createRequire(import.meta.url).resolve("pdfjs-dist/package.json"));

/** Where pdf.js keeps its fonts, character maps, colour profiles and decoders; ends with a slash. */
export const pdfjsFiles = `${pathToFileURL(directory).href}/`;

/**
 * Lets pdf.js load those files as in a browser, the only way in which it converts colours by ICC profiles: its colour engine is
 * loaded synchronously, and in Node it does without, so that the CMYK of a printed catalogue has the wrong hue
 * (IccColorSpace.setOptions in src/core/icc_colorspace.js of pdf.js 6.5). For the reading process only, in which nothing else
 * fetches: whatever is not one of those files is refused.
 */
export function servePdfjsFiles(): void {
  globalThis.fetch = (input) => {
    try {
      const address = input instanceof Request ? input.url : String(input);
      return Promise.resolve(new Response(readPdfjsFile(address)));
    } catch (error) {
      return Promise.reject(error as Error);
    }
  };
  Object.assign(globalThis, { XMLHttpRequest: FileRequest });
}

/** As much of a browser's request as pdf.js uses. */
class FileRequest {
  responseType = "";
  response: ArrayBuffer | null = null;
  #address = "";

  open(_: string, address: string): void {
    this.#address = address;
  }

  send(): void {
    this.response = readPdfjsFile(this.#address).buffer;
  }
}

function readPdfjsFile(address: string): Uint8Array<ArrayBuffer> {
  const path = fileURLToPath(address);
  if (!path.startsWith(directory + sep)) throw new Error("Only pdf.js's own files are read.");
  return new Uint8Array(readFileSync(path));
}

import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { extname, join } from "node:path";

const contentTypes: Readonly<Record<string, string>> = {
  ".css": "text/css; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".map": "application/json",
};

/** The static files of an app, in memory. */
export interface Assets {
  /**
   * Address of a file, with the hash of its content, so that browsers may keep it for ever.
   * @throws Error when the build did not make such a file
   */
  url(name: string): string;
  /** Answers GET /assets/:name; undefined for an unknown name. */
  respond(name: string): Response | undefined;
}

/** Reads the files of a flat folder (the build's public folder) once, at start. */
export async function loadAssets(folder: string): Promise<Assets> {
  const names = await readdir(folder);
  const files = new Map(
    await Promise.all(
      names.map(async (name) => {
        const content = await readFile(join(folder, name));
        const hash = createHash("sha256").update(content).digest("base64url").slice(0, 12);
        return [name, { content, hash }] as const;
      }),
    ),
  );
  return {
    url: (name) => {
      const file = files.get(name);
      if (!file) throw new Error(`There is no asset ${name} in ${folder}; run the build.`);
      return `/assets/${name}?v=${file.hash}`;
    },
    respond: (name) => {
      const file = files.get(name);
      if (!file) return undefined;
      return new Response(file.content, {
        headers: {
          "content-type": contentTypes[extname(name)] ?? "application/octet-stream",
          "cache-control": "public, max-age=31536000, immutable",
          "x-content-type-options": "nosniff",
        },
      });
    },
  };
}

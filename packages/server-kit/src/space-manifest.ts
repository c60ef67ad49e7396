/** What a Space's package.json says of the Space itself. */
export interface SpaceManifest {
  /** "@repo/" and the Space's name. */
  name: string;
  version: string;
}

/** A Space's name, which is that of its folder: minilm-embed for @repo/minilm-embed. */
export function toSpaceName({ name }: SpaceManifest): string {
  return name.slice(name.indexOf("/") + 1);
}

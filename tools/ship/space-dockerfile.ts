/** Everything above this line builds the bundle out of the workspace. */
const seam = "# From here on this is also the Dockerfile";

/**
 * The Dockerfile of a Space's own repository, out of docker/space.Dockerfile: the bundle is not built, it is the repository.
 * @param defaults build arguments by name: on the Hub nobody passes any but the Space's variables
 * @throws Error when the file has no seam, or lacks one of the arguments
 */
export function toSpaceDockerfile(dockerfile: string, defaults: Readonly<Record<string, string>>): string {
  const at = dockerfile.indexOf(seam);
  if (at < 0) throw new Error(`docker/space.Dockerfile has no line "${seam} ...".`);
  let rest = dockerfile.slice(dockerfile.indexOf("\n", at) + 1);
  for (const [name, value] of Object.entries(defaults)) {
    const argument = new RegExp(`^ARG ${name}(?:=.*)?$`, "gm");
    if (!argument.test(rest)) throw new Error(`docker/space.Dockerfile has no ARG ${name} after the seam.`);
    rest = rest.replaceAll(argument, () => `ARG ${name}=${JSON.stringify(value)}`);
  }
  return `# Made by pnpm push:space; change docker/space.Dockerfile of the project instead.\nFROM scratch AS bundle\nCOPY . /bundle/\n\n${rest}`;
}

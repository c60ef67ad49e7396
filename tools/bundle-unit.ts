/**
 * `node tools/bundle-unit.ts <space or app> <folder>`: what an image needs of a built Space or app, without the workspace.
 * A step of docker/space.Dockerfile and docker/app.Dockerfile.
 */
import { resolve } from "node:path";
import { bundleUnit } from "./ship/bundle-unit.ts";
import { readWorkspaceUnits } from "./workspace-units.ts";

const [name, folder] = process.argv.slice(2);
const unit = readWorkspaceUnits().find((candidate) => candidate.name === name);
if (unit === undefined || folder === undefined) {
  const known = readWorkspaceUnits().map((candidate) => candidate.name);
  console.error(`Usage: node tools/bundle-unit.ts <${known.join("|")}> <folder>`);
  process.exit(1);
}
bundleUnit(unit, resolve(folder));

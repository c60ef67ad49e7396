import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { repositoryRoot } from "../workspace-units.ts";

/** One service of docker/compose.yaml, as far as it is read here. */
export interface ComposeService {
  image?: string;
  build?: { dockerfile?: string; args?: Record<string, string> };
  profiles?: string[];
  ports?: string[];
  environment?: Record<string, string>;
  depends_on?: Record<string, { condition: string }>;
  read_only?: boolean;
  mem_limit?: string;
  healthcheck?: unknown;
}

/** docker/compose.yaml with its anchors and merges resolved. */
export function readCompose(): { services: Record<string, ComposeService>; volumes: Record<string, unknown> } {
  return parse(readFileSync(join(repositoryRoot, "docker/compose.yaml"), "utf8"), { merge: true }) as ReturnType<typeof readCompose>;
}

/** Image of a service that is not built here. @throws Error when there is none */
export function readImage(service: string): string {
  const image = readCompose().services[service]?.image;
  if (image === undefined) throw new Error(`docker/compose.yaml has no image for ${service}.`);
  return image;
}

import { z } from "zod";
import type { SpaceAddress } from "./space-address.ts";

/**
 * Where a Space is in its life, as the Hub says.
 * @source huggingface_hub src/huggingface_hub/_space_api.py (SpaceStage); SLEEPING from huggingface.js
 * packages/hub/src/types/public.ts. Other words may come.
 */
export type HubStage =
  | "NO_APP_FILE"
  | "CONFIG_ERROR"
  | "BUILDING"
  | "BUILD_ERROR"
  | "APP_STARTING"
  | "RUNNING"
  | "RUNNING_BUILDING"
  | "RUNNING_APP_STARTING"
  | "RUNTIME_ERROR"
  | "DELETING"
  | "STOPPED"
  | "PAUSED"
  | "SLEEPING";

/** What the Hub says about a Space. The stage may lie: RUNNING is also said of one that is stuck (hub-docs #1633). */
export interface HubRuntime {
  stage: HubStage | (string & {});
  errorMessage?: string | undefined;
}

const runtime = z.object({ stage: z.string(), errorMessage: z.string().optional() });
const hubAnswer = z.union([runtime, z.object({ runtime }).transform((body) => body.runtime)]);

/** Reads the body of {@link hubRuntimePath}; undefined when it is something else. */
export function parseHubRuntime(json: unknown): HubRuntime | undefined {
  const parsed = hubAnswer.safeParse(json);
  return parsed.success ? parsed.data : undefined;
}

/** Path of the Hub's API that tells the stage; undefined for a server that is not on Hugging Face. */
export function hubRuntimePath(address: SpaceAddress): string | undefined {
  if (address.spaceId !== undefined) return `/api/spaces/${address.spaceId}/runtime`;
  const label = /^https:\/\/([^./]+)\.hf\.space$/.exec(address.baseUrl)?.[1];
  // What Gradio's client asks for a direct host: client/js/src/helpers/spaces.ts (check_space_status).
  return label === undefined ? undefined : `/api/spaces/by-subdomain/${label}`;
}

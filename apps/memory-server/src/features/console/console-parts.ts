import type { Assets } from "@repo/app-kit/load-assets";
import type { MemoryStatus } from "@repo/contracts/memory-administration";
import type { AccessControl } from "../../access.ts";
import type { ConsoleSessions } from "../../console-sessions.ts";
import type { KeyStore } from "../../key-store.ts";
import type { MemoryService } from "../../memories/memory-service.ts";

/** How what makes the vectors is, as /status tells it. */
export type SpaceStatus = MemoryStatus["space"];

/** What {@link mountConsole} needs of the app. */
export interface ConsoleParts {
  assets: Assets;
  service: MemoryService;
  access: AccessControl;
  sessions: ConsoleSessions;
  keys: KeyStore;
  /** The vectors of memories, for the map; ids without one are missing. */
  readVectors: (ids: readonly string[]) => Promise<Map<string, Float32Array>>;
  /** Whether facts are extracted from conversations. */
  extractsFacts: boolean;
  spaceStatus: () => SpaceStatus;
  /** Starts waking the Space; called when somebody opens a page. */
  wake: () => void;
}

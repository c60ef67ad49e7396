import type { ModelChoice } from "../model-choice.ts";
import type { TextModel } from "../text-model.ts";

/** The two models a text-embedding Space declares in its model.ts. */
export interface SpaceModels {
  /** The Hub's model. */
  full: TextModel;
  /** Folder of the committed pocket model: models/<name>, with its facts in its model.json. */
  pocketDirectory: string;
}

/** Options of createTextService. */
export interface TextServiceOptions extends ModelChoice {
  /** Worker threads; default one per core of the container's quota. */
  workers?: number | undefined;
  /** Memory for vectors of inputs that were seen; default 16 MiB, 0 keeps none. */
  cacheBytes?: number | undefined;
  /** Tokens that may wait; default 262,144. */
  maxQueuedTokens?: number | undefined;
}

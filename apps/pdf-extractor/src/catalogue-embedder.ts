import type { VisualEmbedder } from "@repo/contracts/visual-embedding";

/** What of a visual model this app uses. Every attempt at a call is in the log. */
export type CatalogueEmbedder = Pick<VisualEmbedder, "embedImages" | "embedTexts" | "embedAspects" | "embedTextAspects">;

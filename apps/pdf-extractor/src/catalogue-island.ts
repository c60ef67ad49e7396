/**
 * Makes the pages lively: drops and their progress, photos by drop and paste, sliders that search at once, moments in the
 * reader's own time. Without this script everything still works.
 */
import { followStatus, type StatusLine } from "@repo/app-kit/follow-status";
import { localiseMoments } from "@repo/app-kit/localise-moments";
import { reloadDocuments, showProgress } from "./features/catalogue-pages/progress-island.ts";
import { enableSearch } from "./features/catalogue-pages/search-island.ts";
import { enableUpload } from "./features/catalogue-pages/upload-island.ts";
import type { DocumentLine } from "./ui/document-words.ts";

interface CatalogueState {
  documents: DocumentLine[];
  message: string | null;
  isWaking: boolean;
}

localiseMoments(document);
enableUpload(() => void reloadDocuments());
enableSearch();
followStatus("/events", ({ documents, message, isWaking }: CatalogueState): StatusLine | undefined => {
  showProgress(documents);
  if (message === null) return undefined;
  return { text: message, kind: isWaking ? "info" : "warning", share: isWaking ? "unknown" : undefined };
});

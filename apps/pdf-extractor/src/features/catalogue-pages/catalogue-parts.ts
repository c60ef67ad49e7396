import type { Assets } from "@repo/app-kit/load-assets";
import type { Database } from "@repo/app-kit/open-database";
import type { PageResponder } from "@repo/app-kit/page-responder";
import type { DocumentService } from "../../documents/document-service.ts";
import type { SearchService } from "../../search/search-service.ts";
import type { Spaces } from "../../spaces.ts";

/** What the pages of documents and pictures work with. */
export interface CatalogueParts {
  db: Database;
  documents: DocumentService;
  search: SearchService;
  spaces: Spaces;
  assets: Assets;
  pages: PageResponder;
  maxFileBytes: number;
  /** Path of the catalogue that the first page offers to try. */
  samplePath: string;
}

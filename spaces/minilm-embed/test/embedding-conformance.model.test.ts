import { testEmbeddingConformance } from "@repo/testing/text-embedding/embedding-conformance";
import { minilmSpace } from "./minilm-space.ts";

testEmbeddingConformance(minilmSpace);

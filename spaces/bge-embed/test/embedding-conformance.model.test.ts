import { testEmbeddingConformance } from "@repo/testing/text-embedding/embedding-conformance";
import { bgeSpace } from "./bge-space.ts";

testEmbeddingConformance(bgeSpace);

/** Makes settings and usage lively. Without this script everything still works. */
import { localiseMoments } from "@repo/app-kit/localise-moments";

localiseMoments(document);

/** `pnpm bench [SPACE] [options]`: each kind of Space has a benchmark of its own; see README.md. */
const space = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
if (space === "answer-sheet-ml") await import("./answer-sheets/run.ts");
else if (space === "grammar") await import("./grammar/run.ts");
else if (space === "siglip-embed") await import("./siglip/run.ts");
else if (space === "llm-generate") await import("./language-model/run.ts");
else await import("./run-text-embedding.ts");

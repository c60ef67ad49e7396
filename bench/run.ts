/** `pnpm bench [SPACE] [options]`: each kind of Space has a benchmark of its own; see README.md. */
const space = process.argv.slice(2).find((argument) => !argument.startsWith("-"));
await import(space === "answer-sheet-ml" ? "./answer-sheets/run.ts" : "./run-text-embedding.ts");

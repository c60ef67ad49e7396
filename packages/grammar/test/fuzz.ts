/**
 * `node packages/grammar/test/fuzz.ts [--runs N] [--seed N]`: the property of compile-grammar.test.ts for as long as you like.
 * Prints a counterexample and leaves with 1 when there is one.
 */
import { parseArgs } from "node:util";
import * as fc from "fast-check";
import { checkSchema } from "./check-schema.ts";
import { anyCase } from "./schema-case.ts";

const { values } = parseArgs({ options: { runs: { type: "string", default: "2000" }, seed: { type: "string", default: "1" } } });
const counts = { schemas: 0, refused: 0, answers: 0 };
const result = fc.check(
  fc.property(anyCase, (one) => {
    const answers = checkSchema(one);
    counts.schemas += 1;
    counts.answers += answers.length;
    if (answers.length === 0) counts.refused += 1;
  }),
  { numRuns: Number(values.runs), seed: Number(values.seed) },
);
process.stdout.write(`${JSON.stringify(counts)}\n`);
if (result.failed) {
  process.stdout.write(`${fc.defaultReportMessage(result)}\n`);
  process.exitCode = 1;
}

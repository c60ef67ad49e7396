import type { IdeaContent } from "./idea-content.ts";

/** What two ideas are compared by. */
type Comparable = Pick<IdeaContent, "title" | "description" | "problem_statement" | "solution_concept">;

/** Share of common words from which two ideas say the same. Ideas on one topic have about a third in common. */
const sameFrom = 0.7;

function toWords(idea: Comparable): Set<string> {
  const text = `${idea.title} ${idea.description} ${idea.problem_statement} ${idea.solution_concept}`;
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}

/** Whether two ideas say the same: the Jaccard index of the words of what they are and do is 0.7 or more. */
export function isNearDuplicate(one: Comparable, other: Comparable): boolean {
  const [words, others] = [toWords(one), toWords(other)];
  const common = [...words].filter((word) => others.has(word)).length;
  const all = words.size + others.size - common;
  return all === 0 || common / all >= sameFrom;
}

/** Share of common words from which two texts say the same. */
const sameFrom = 0.8;

function toWords(text: string): Set<string> {
  return new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu));
}

/** Whether two texts say the same: the Jaccard index of their words is 0.8 or more; case and punctuation do not count. */
export function isSameText(one: string, other: string): boolean {
  const [words, others] = [toWords(one), toWords(other)];
  const common = [...words].filter((word) => others.has(word)).length;
  const all = words.size + others.size - common;
  return all === 0 ? one.trim() === other.trim() : common / all >= sameFrom;
}

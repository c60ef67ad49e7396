const words = "river lamp copper garden winter engine violin harbour pencil meadow thunder carpet island mirror forest ladder".split(" ");

/**
 * Texts of about 60 tokens each, no two the same, so that nothing is answered from a cache.
 * @param name what makes this list differ from every other list
 */
export function makeLongTexts(count: number, name: string): string[] {
  return Array.from({ length: count }, (_, index) => {
    const body = Array.from({ length: 50 }, (_unused, place) => words[(index * 7 + place * place) % words.length]);
    return `${name} ${index}: ${body.join(" ")}`;
  });
}

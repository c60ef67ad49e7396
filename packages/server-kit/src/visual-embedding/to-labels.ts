/** Labels as a list, however a client wrote them: one text may hold several, separated by commas. */
export function toLabels(labels: string | readonly string[]): string[] {
  const list = typeof labels === "string" ? labels.split(",") : labels;
  return list.map((label) => label.trim()).filter((label) => label !== "");
}

/** Data of a response's server-sent events, without comments. */
export async function readEvents(response: Response): Promise<string[]> {
  const text = await response.text();
  return text.split("\n\n").flatMap((block) => (block.startsWith("data: ") ? [block.slice("data: ".length)] : []));
}

/** The same, parsed. */
export async function readJsonEvents<Value>(response: Response, toValue = (value: unknown): Value => value as Value): Promise<Value[]> {
  return (await readEvents(response)).filter((data) => data !== "[DONE]").map((data) => toValue(JSON.parse(data)));
}

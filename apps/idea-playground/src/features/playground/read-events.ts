/** Browser only: server-sent events of an answer to a form, which EventSource cannot send. */

/** A server-sent event. */
export interface ServerEvent {
  /** message where the server names none. */
  name: string;
  data: string;
}

/**
 * The events of a body as they arrive; comments are skipped.
 * @throws what the body throws when the connection is cut, or the request was aborted
 * @source WHATWG HTML, 9.2.6 "Interpreting an event stream", for streams with line feeds, as ours are
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<ServerEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += decoder.decode(value, { stream: true });
    const blocks = rest.split("\n\n");
    rest = blocks.pop() ?? "";
    for (const block of blocks) {
      const lines = block.split("\n");
      const read = (field: string): string[] =>
        lines.filter((line) => line.startsWith(`${field}:`)).map((line) => line.slice(field.length + 1).replace(/^ /, ""));
      const data = read("data");
      if (data.length > 0) yield { name: read("event").at(-1) ?? "message", data: data.join("\n") };
    }
  }
}

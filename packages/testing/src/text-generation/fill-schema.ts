import { CodedError } from "@repo/contracts/coded-error";
import type { GenerationGrammar } from "@repo/contracts/generation-grammar";

type Schema = Readonly<Record<string, unknown>>;

const known = new Set([
  "$schema",
  "title",
  "description",
  "type",
  "properties",
  "required",
  "additionalProperties",
  "items",
  "minItems",
  "maxItems",
  "minLength",
  "maxLength",
  "enum",
  "const",
  "anyOf",
]);

/** What {@link fillGrammar} draws with. */
export interface Filler {
  /** 0 to 1, 1 excluded. */
  random(): number;
  /** A few words. */
  words(count: number): string;
}

/**
 * A text of a grammar: values of a small part of JSON Schema, a choice, or "{}"-like objects. A stand-in for constrained decoding in
 * tests of what lies around it; a keyword that it does not know is refused by name, as the real one does.
 * @throws CodedError invalid_request
 */
export function fillGrammar(grammar: GenerationGrammar, filler: Filler): string {
  switch (grammar.type) {
    case "choice":
      return grammar.choices[Math.floor(filler.random() * grammar.choices.length)] as string;
    case "regex":
      if (!/^[\w -]+$/.test(grammar.pattern)) throw refused("regex", "the test generator writes literal patterns only");
      return grammar.pattern;
    case "json_object":
      return JSON.stringify({ answer: filler.words(3) });
    default:
      return JSON.stringify(fill(grammar.schema, filler, "#"));
  }
}

function fill(schema: Schema | boolean, filler: Filler, pointer: string): unknown {
  if (typeof schema === "boolean") return filler.words(2);
  const unknown = Object.keys(schema).find((keyword) => !known.has(keyword));
  if (unknown !== undefined) throw refused(unknown, `at ${pointer}`);
  if ("const" in schema) return schema["const"];
  if (Array.isArray(schema["enum"])) return pick(schema["enum"] as unknown[], filler);
  if (Array.isArray(schema["anyOf"])) return fill(pick(schema["anyOf"] as Schema[], filler), filler, `${pointer}/anyOf`);
  switch ([schema["type"]].flat()[0]) {
    case "object": {
      const properties = Object.entries((schema["properties"] ?? {}) as Record<string, Schema>);
      return Object.fromEntries(properties.map(([name, own]) => [name, fill(own, filler, `${pointer}/properties/${name}`)]));
    }
    case "array": {
      const least = (schema["minItems"] as number | undefined) ?? 1;
      const most = Math.max(least, Math.min((schema["maxItems"] as number | undefined) ?? 3, least + 2));
      const length = least + Math.floor(filler.random() * (most - least + 1));
      return Array.from({ length }, () => fill((schema["items"] ?? true) as Schema, filler, `${pointer}/items`));
    }
    case "integer":
      return Math.floor(filler.random() * 100);
    case "number":
      return Math.round(filler.random() * 1000) / 10;
    case "boolean":
      return filler.random() < 0.5;
    case "null":
      return null;
    default:
      return filler.words(3).slice(0, (schema["maxLength"] as number | undefined) ?? 60);
  }
}

function pick<Item>(items: readonly Item[], filler: Filler): Item {
  return items[Math.floor(filler.random() * items.length)] as Item;
}

function refused(keyword: string, where: string): CodedError {
  return new CodedError("invalid_request", `The keyword ${keyword} is not supported (${where}).`, {
    details: { field: "grammar", keyword },
  });
}

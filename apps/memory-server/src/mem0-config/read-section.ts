import { isAlias, isMap, isScalar, type Document, type LineCounter, type Node, type YAMLMap } from "yaml";
import { findClosestName } from "./closest-name.ts";
import type { Mem0Key, Mem0Section } from "./mem0-keys.ts";

/** What a file says in one section, checked key by key. */
export interface ReadSection {
  texts: ReadonlyMap<string, string>;
  numbers: ReadonlyMap<string, number>;
  booleans: ReadonlyMap<string, boolean>;
  sections: ReadonlyMap<string, YAMLMap>;
  /** True when the file has the key, right or wrong. */
  has(key: string): boolean;
  /** Line of a key; of the section where it is missing. */
  lineOf(key: string): number;
}

/** A file being read: everything that is wrong is noted and reading goes on, so that all of it is told at once. */
export interface Mem0File {
  document: Document;
  lines: LineCounter;
  environment: Readonly<Record<string, string | undefined>>;
  problem(line: number, message: string): void;
  warning(line: number, message: string): void;
}

const expectations: Record<Exclude<Mem0Key["kind"], "refused" | "ignored">, string> = {
  text: "must be a text",
  integer: "must be a whole number over 0",
  number: "must be a number",
  boolean: "must be true or false",
  section: "must be a section with keys of its own",
};

/** Line of a node in its file, from 1. */
function toLine(file: Mem0File, node: unknown): number {
  const offset = (node as Node | null | undefined)?.range?.[0];
  return offset === undefined ? 1 : file.lines.linePos(offset).line;
}

/**
 * Reads one section by its table of keys. Values are never repeated in a problem: they may be keys and passwords.
 * @param path how the section is called, e.g. vector_store.config; empty for the whole file
 */
export function readSection(file: Mem0File, map: YAMLMap, path: string, keys: Mem0Section): ReadSection {
  const found = {
    texts: new Map<string, string>(),
    numbers: new Map<string, number>(),
    booleans: new Map<string, boolean>(),
    sections: new Map<string, YAMLMap>(),
  };
  const lineOfKey = new Map<string, number>();
  const nameOf = (key: string) => (path === "" ? key : `${path}.${key}`);

  for (const { key: keyNode, value } of map.items) {
    const key = isScalar(keyNode) ? String(keyNode.value) : "(a key that is no text)";
    const line = toLine(file, keyNode);
    lineOfKey.set(key, line);
    const known = Object.hasOwn(keys, key) ? keys[key] : undefined;
    if (known === undefined) file.problem(line, describeUnknown(nameOf(key), key, keys, path));
    else if (known.kind === "refused") {
      if (!isOff(value)) file.problem(line, `${nameOf(key)}: Mem0 has it, this server does not: ${known.reason}`);
    } else if (known.kind === "ignored") file.warning(line, `${nameOf(key)} is not used: ${known.reason}`);
    else if (!take(file, found, { key, kind: known.kind, value })) file.problem(line, `${nameOf(key)} ${expectations[known.kind]}.`);
  }
  return { ...found, has: (key) => lineOfKey.has(key), lineOf: (key) => lineOfKey.get(key) ?? toLine(file, map) };
}

type Found = { texts: Map<string, string>; numbers: Map<string, number>; booleans: Map<string, boolean>; sections: Map<string, YAMLMap> };

interface Item {
  key: string;
  kind: keyof typeof expectations;
  value: unknown;
}

/** False when the value is of another kind. Nothing (`key:` with no value) is as if the key were not there. */
function take(file: Mem0File, found: Found, { key, kind, value: node }: Item): boolean {
  const resolved: unknown = isAlias(node) ? node.resolve(file.document) : node;
  if (isNothing(resolved)) return true;
  if (kind === "section") {
    if (isMap(resolved)) found.sections.set(key, resolved);
    return isMap(resolved);
  }
  if (!isScalar(resolved)) return false;
  const value = typeof resolved.value === "string" ? expand(file, key, resolved) : resolved.value;
  if (kind === "text") return put(found.texts, key, typeof value === "string" ? value : undefined);
  if (kind === "boolean") return put(found.booleans, key, toBoolean(value));
  // A number may come from the environment, as text.
  const number = toNumber(typeof value === "string" && isReference(resolved.value) ? Number(value.trim() || Number.NaN) : value);
  return put(
    found.numbers,
    key,
    kind === "integer" && number !== undefined && (!Number.isInteger(number) || number < 1) ? undefined : number,
  );
}

function put<T>(values: Map<string, T>, key: string, value: T | undefined): boolean {
  if (value !== undefined) values.set(key, value);
  return value !== undefined;
}

function toBoolean(value: unknown): boolean | undefined {
  if (value === "true" || value === true) return true;
  return value === "false" || value === false ? false : undefined;
}

function toNumber(value: unknown): number | undefined {
  return typeof value === "number" && Number.isFinite(value) ? value : undefined;
}

function isNothing(node: unknown): boolean {
  return node === null || node === undefined || (isScalar(node) && node.value === null);
}

/** Switched off or empty, a thing that this server does not have is no contradiction. */
function isOff(node: unknown): boolean {
  return isNothing(node) || (isScalar(node) && node.value === false);
}

function isReference(value: unknown): boolean {
  return typeof value === "string" && value.includes("${");
}

/** `${NAME}` is a variable of the environment, so that the file need not hold keys. */
function expand(file: Mem0File, key: string, node: { value: unknown }): string {
  return String(node.value).replaceAll(/\$\{([A-Za-z_]\w*)\}/g, (_, name: string) => {
    const value = file.environment[name];
    if (value === undefined || value === "") file.problem(toLine(file, node), `${key}: the environment has no ${name}.`);
    return value ?? "";
  });
}

function describeUnknown(name: string, key: string, keys: Mem0Section, path: string): string {
  const usable = Object.keys(keys).filter((candidate) => keys[candidate]?.kind !== "refused");
  const closest = findClosestName(key, usable);
  const where = path === "" ? "Mem0's configuration" : path;
  const hint = closest === undefined ? `There are: ${usable.join(", ")}.` : `Did you mean ${closest}?`;
  return `${name} is not a key of ${where}. ${hint}`;
}

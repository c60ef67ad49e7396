import { readFile } from "node:fs/promises";
import { ConfigError, type Environment } from "@repo/server-kit/load-config";
import { Secret } from "@repo/server-kit/secret";
import { isMap, LineCounter, parseDocument, YAMLMap } from "yaml";
import { findClosestName } from "./closest-name.ts";
import { embedderKeys, foreignProviders, llmKeys, providerKeys, rootKeys, vectorStoreKeys, type Mem0Section } from "./mem0-keys.ts";
import type { EmbedderSettings, FactModelSettings, MemoryServerSettings, VectorStoreSettings } from "./memory-server-settings.ts";
import { readSection, type Mem0File, type ReadSection } from "./read-section.ts";

/** Length of OpenAI's vectors, which Mem0 takes where nothing is said. @source mem0/configs/vector_stores/qdrant.py */
const mem0DefaultDimensions = 1536;

/** A section with a provider, read. */
interface Provider {
  name: string;
  config: ReadSection;
}

/**
 * Reads a Mem0 config.yaml (or JSON). What Mem0 would ignore in silence or stumble over later is refused here, everything
 * at once, with line and closest valid key. `${NAME}` in a value is a variable of the environment; OPENAI_BASE_URL and
 * OPENAI_API_KEY fill what the file leaves open, as they do in Mem0.
 * @throws ConfigError with all problems; values are not repeated, they may be secret
 */
export async function loadMem0Config(path: string, environment: Environment = {}): Promise<MemoryServerSettings> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (error) {
    const { code } = error as { code?: string };
    throw new ConfigError([`MEM0_CONFIG_PATH: ${path} ${code === "ENOENT" ? "does not exist" : `cannot be read (${code ?? "unknown"})`}.`]);
  }
  return parseMem0Config(text, environment, path);
}

/** See {@link loadMem0Config}. @param name how the file is called in problems */
export function parseMem0Config(text: string, environment: Environment = {}, name = "config.yaml"): MemoryServerSettings {
  const lines = new LineCounter();
  // Pretty errors repeat the line, with whatever key or password stands in it.
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const noted: { line: number; message: string }[] = [];
  const warnings: string[] = [];
  const file: Mem0File = {
    document,
    lines,
    environment,
    problem: (line, message) => noted.push({ line, message }),
    warning: (line, message) => warnings.push(`${name}:${line}: ${message}`),
  };
  for (const error of document.errors)
    file.problem(lines.linePos(error.pos[0]).line, `this is not YAML: ${error.code.toLowerCase().replaceAll("_", " ")}.`);
  const settings = noted.length > 0 ? undefined : readSettings(file);
  if (noted.length > 0 || settings === undefined) {
    throw new ConfigError(noted.toSorted((a, b) => a.line - b.line).map(({ line, message }) => `${name}:${line}: ${message}`));
  }
  return { ...settings, warnings };
}

function readSettings(file: Mem0File): Omit<MemoryServerSettings, "warnings"> | undefined {
  const { contents } = file.document;
  if (contents !== null && !isMap(contents)) {
    file.problem(1, `the file must be a section with the keys ${Object.keys(rootKeys).slice(0, 3).join(", ")}.`);
    return undefined;
  }
  const root = readSection(file, contents ?? new YAMLMap(), "", rootKeys);
  const store = readProvider(file, root, { section: "vector_store", known: vectorStoreKeys, fallback: "qdrant" });
  const embedder = readProvider(file, root, { section: "embedder", known: embedderKeys, fallback: "openai" });
  const llm = readProvider(file, root, { section: "llm", known: llmKeys, fallback: "openai" });
  if (store === "refused" || embedder === "refused" || llm === "refused") return undefined;
  const dimensions = agreeOnDimensions(file, store, embedder);
  const instructions = root.texts.get("custom_instructions") ?? root.texts.get("custom_fact_extraction_prompt");
  return {
    embedder: toEmbedder(file, embedder, dimensions),
    vectorStore: toVectorStore(file, store, dimensions),
    factModel: llm === undefined ? undefined : toFactModel(file, llm, instructions),
  };
}

interface ProviderSection {
  section: keyof typeof foreignProviders;
  /** Keys by provider. */
  known: Readonly<Record<string, Mem0Section>>;
  /** What Mem0 takes where none is named. */
  fallback: string;
}

function readProvider(file: Mem0File, root: ReadSection, { section, known, fallback }: ProviderSection): Provider | "refused" | undefined {
  const map = root.sections.get(section);
  if (map === undefined) return undefined;
  const { texts, sections, lineOf, has } = readSection(file, map, section, providerKeys);
  const name = texts.get("provider") ?? fallback;
  if (!has("provider")) file.warning(lineOf("provider"), `${section} names no provider; ${fallback} is taken, as in Mem0.`);
  const keys = Object.hasOwn(known, name) ? known[name] : undefined;
  if (keys === undefined) {
    const problem = describeForeign(section, name, Object.keys(known));
    file.problem(lineOf("provider"), `${section}.provider: ${problem}`);
    return "refused";
  }
  return { name, config: readSection(file, sections.get("config") ?? new YAMLMap(), `${section}.config`, keys) };
}

function describeForeign(section: keyof typeof foreignProviders, name: string, known: readonly string[]): string {
  const choice = known.join(", ");
  const closest = findClosestName(name, known);
  if (!foreignProviders[section].includes(name))
    return closest === undefined
      ? `there is no such provider; there are ${choice}.`
      : `there is no such provider. Did you mean ${closest}?`;
  const speaksOpenAi = section !== "vector_store" && /^(?:ollama|lmstudio|together|groq|deepseek|xai|litellm|azure_openai)/.test(name);
  const way = speaksOpenAi ? " Where it speaks OpenAI's protocol, use the provider openai with openai_base_url." : "";
  return `Mem0 has it, this server does not; it has ${choice}.${way}`;
}

/** The vectors that are made must fit where they are kept. */
function agreeOnDimensions(file: Mem0File, store: Provider | undefined, embedder: Provider | undefined): number | undefined {
  const made = embedder?.config.numbers.get("embedding_dims");
  const kept = store?.config.numbers.get("embedding_model_dims");
  if (made !== undefined && kept !== undefined && made !== kept) {
    const trap =
      kept === mem0DefaultDimensions || made === mem0DefaultDimensions
        ? ` ${mem0DefaultDimensions} is the length of OpenAI's vectors and Mem0's default; bge-base has 768.`
        : "";
    file.problem(
      store?.config.lineOf("embedding_model_dims") ?? 1,
      `vector_store.config.embedding_model_dims is ${kept}, but embedder.config.embedding_dims is ${made}: the vectors would not fit into the collection. Set both to what the model has.${trap}`,
    );
  }
  const known = made ?? kept;
  if (known !== undefined && known !== mem0DefaultDimensions) {
    const missing =
      made === undefined
        ? "embedder.config.embedding_dims"
        : kept === undefined && store !== undefined
          ? "vector_store.config.embedding_model_dims"
          : undefined;
    if (missing !== undefined) {
      const section = made === undefined ? embedder : store;
      file.warning(
        section?.config.lineOf("-") ?? 1,
        `${missing} is not set. This server takes ${known}; Mem0 itself would take ${mem0DefaultDimensions} and fail. Set both.`,
      );
    }
  }
  return known;
}

function toEmbedder(file: Mem0File, provider: Provider | undefined, dimensions: number | undefined): EmbedderSettings {
  const { environment } = file;
  const texts = provider?.config.texts ?? new Map<string, string>();
  const baseUrl = readUrl(file, provider, "embedder", ["openai_base_url", "huggingface_base_url", "base_url"]);
  const isOpenAi = provider?.name === "openai" || provider === undefined;
  return {
    // Without any address Mem0 would go to OpenAI; here the Space that is configured is meant, so it is left open.
    baseUrl: baseUrl ?? (isOpenAi ? nonEmpty(environment["OPENAI_BASE_URL"]) : undefined),
    apiKey: toSecret(texts.get("api_key") ?? environment["OPENAI_API_KEY"]),
    model: texts.get("model"),
    dimensions,
  };
}

function toVectorStore(file: Mem0File, provider: Provider | undefined, dimensions: number | undefined): VectorStoreSettings {
  if (provider?.name !== "qdrant") {
    const isIndexed = provider?.config.booleans.get("hnsw") ?? true;
    return {
      kind: "pgvector",
      databaseUrl: toSecret(toDatabaseUrl(file, provider?.config)),
      index: isIndexed ? "hnsw" : "none",
      dimensions,
    };
  }
  const { texts, numbers, booleans, lineOf } = provider.config;
  const apiKey = texts.get("api_key");
  const [url, host, port] = [readUrl(file, provider, "vector_store", ["url"]), texts.get("host"), numbers.get("port")];
  if (url !== undefined && host !== undefined)
    file.problem(lineOf("host"), "vector_store.config has both url and host: one of them says where Qdrant is.");
  if (url === undefined && host === undefined)
    file.problem(lineOf("host"), "vector_store.config does not say where Qdrant is: set host and port, or url.");
  if (host !== undefined && !/^[\w.:[\]-]+$/.test(host))
    file.problem(lineOf("host"), "vector_store.config.host is a name or number without http:// and port; a whole address goes into url.");
  // As Qdrant's client for Python decides.
  const scheme = (booleans.get("https") ?? apiKey !== undefined) ? "https" : "http";
  return {
    kind: "qdrant",
    url: url ?? `${scheme}://${host ?? ""}:${port ?? 6333}`,
    apiKey: toSecret(apiKey),
    collection: texts.get("collection_name") ?? "mem0",
    onDisk: booleans.get("on_disk") ?? false,
    dimensions,
  };
}

function toDatabaseUrl(file: Mem0File, config: ReadSection | undefined): string | undefined {
  if (config === undefined) return undefined;
  const { texts, numbers, lineOf, has } = config;
  const sslmode = texts.get("sslmode");
  const connection = texts.get("connection_string");
  if (connection !== undefined) {
    const url = URL.parse(connection);
    if (url === null || !/^postgres(?:ql)?:$/.test(url.protocol)) {
      file.problem(lineOf("connection_string"), "vector_store.config.connection_string must be a postgresql:// address.");
      return undefined;
    }
    if (sslmode !== undefined) url.searchParams.set("sslmode", sslmode);
    return url.href;
  }
  const named = ["user", "password", "host", "port", "dbname", "sslmode"].filter((key) => has(key));
  if (named.length === 0) return undefined;
  for (const key of ["user", "host"])
    if (!has(key))
      file.problem(
        lineOf(key),
        `vector_store.config has ${named.join(", ")}, but no ${key}; a database needs user, password, host and port, or a connection_string.`,
      );
  const url = URL.parse(`postgresql://${texts.get("host") ?? "localhost"}:${numbers.get("port") ?? 5432}/`);
  if (url === null) {
    file.problem(lineOf("host"), "vector_store.config.host is no name of a host.");
    return undefined;
  }
  url.pathname = `/${encodeURIComponent(texts.get("dbname") ?? "postgres")}`;
  url.username = encodeURIComponent(texts.get("user") ?? "");
  url.password = encodeURIComponent(texts.get("password") ?? "");
  if (sslmode !== undefined) url.searchParams.set("sslmode", sslmode);
  return url.href;
}

function toFactModel(file: Mem0File, provider: Provider, instructions: string | undefined): FactModelSettings {
  const { texts, numbers, lineOf } = provider.config;
  const keys = ["openai_base_url", "openrouter_base_url", "vllm_base_url", "lmstudio_base_url", "base_url"];
  const temperature = numbers.get("temperature") ?? 0.1;
  if (temperature < 0 || temperature > 2) file.problem(lineOf("temperature"), "llm.config.temperature is between 0 and 2.");
  return {
    baseUrl: readUrl(file, provider, "llm", keys) ?? nonEmpty(file.environment["OPENAI_BASE_URL"]) ?? "https://api.openai.com/v1",
    apiKey: toSecret(texts.get("api_key") ?? file.environment["OPENAI_API_KEY"]),
    // Mem0's default.
    model: texts.get("model") ?? "gpt-5-mini",
    temperature,
    maxTokens: numbers.get("max_tokens") ?? 2_000,
    instructions,
  };
}

/** The first of these keys that is set, as an address. */
function readUrl(file: Mem0File, provider: Provider | undefined, section: string, keys: readonly string[]): string | undefined {
  const key = keys.find((candidate) => provider?.config.texts.has(candidate));
  if (key === undefined || provider === undefined) return undefined;
  const value = provider.config.texts.get(key) ?? "";
  if (/^https?:\/\/[^\s/]+/.test(value) && URL.canParse(value)) return value;
  file.problem(provider.config.lineOf(key), `${section}.config.${key} must be an address that starts with http:// or https://.`);
  return undefined;
}

function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value.trim();
}

function toSecret(value: string | undefined): Secret | undefined {
  const found = nonEmpty(value);
  return found === undefined ? undefined : new Secret(found);
}

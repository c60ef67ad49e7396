import { type MemoryLine, memoryLine } from "@repo/contracts/memory-transfer";
import type { FileLine } from "./read-lines.ts";

/** A line that can become a memory, as it waits in import_lines: JSON, moments as ISO 8601. */
export interface StagedMemory {
  /** Id of the memory; absent: made of the import's id and the line. */
  id?: string;
  text: string;
  userId?: string;
  agentId?: string;
  runId?: string;
  metadata?: Record<string, unknown>;
  role?: string;
  expiresOn?: string;
  createdAt?: string;
  updatedAt?: string;
}

/** What became of a line. */
export type ParsedLine = { memory: StagedMemory } | { problem: string };

/** Python writes moments without an offset when it means UTC. */
function toMoment(value: string | null | undefined): string | undefined {
  if (value === null || value === undefined) return undefined;
  return new Date(/(Z|[+-]\d\d:?\d\d)$/.test(value) ? value : `${value}Z`).toISOString();
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Whose memory a line is, or why that is nobody. */
function toOwner(line: MemoryLine, importUserId: string | null): Pick<StagedMemory, "userId" | "agentId" | "runId"> | string {
  const userId = line.user_id ?? importUserId;
  if (importUserId !== null && userId !== importUserId) return "user_id names another user than the one this import is for.";
  const owner = withoutNothing({ userId, agentId: line.agent_id, runId: line.run_id });
  return Object.keys(owner).length === 0 ? "The line names no user_id, agent_id or run_id." : owner;
}

type Present<Fields> = { [Name in keyof Fields]?: NonNullable<Fields[Name]> };

/** The fields that are there: in the database, too, what is missing takes no place. */
function withoutNothing<Fields extends object>(fields: Fields): Present<Fields> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== null)) as Present<Fields>;
}

/**
 * Reads one line of an import.
 * @param importUserId whose memories the import brings; a line that names another user is a problem
 */
export function parseMemoryLine({ text: source, problem }: FileLine, importUserId: string | null): ParsedLine {
  if (source === undefined) return { problem: problem ?? "The line cannot be read." };
  const json = parseJson(source);
  if (typeof json !== "object" || json === null || Array.isArray(json)) return { problem: "The line is not a JSON object." };
  if ("results" in json) return { problem: "The line is a whole answer of the API; send one memory per line (export with format=jsonl)." };
  const parsed = memoryLine.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return { problem: `${issue?.path.join(".") ?? ""} ${issue?.message ?? "is not valid."}`.trim() };
  }
  const line = parsed.data;
  const text = line.memory ?? line.text ?? line.data;
  if (typeof text !== "string") return { problem: "The line has no text: memory, text or data." };
  const owner = toOwner(line, importUserId);
  if (typeof owner === "string") return { problem: owner };
  const fields = withoutNothing({
    id: line.id?.toLowerCase(),
    metadata: typeof line.actor_id === "string" ? { actor_id: line.actor_id, ...line.metadata } : line.metadata,
    role: line.role,
    expiresOn: line.expiration_date,
    createdAt: toMoment(line.created_at),
    updatedAt: toMoment(line.updated_at),
  });
  return { memory: { text, ...owner, ...fields } };
}

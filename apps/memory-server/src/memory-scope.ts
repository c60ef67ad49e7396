/** Whose memories are meant. Every id that is given must match; none means everybody's (an administrator's view). */
export interface MemoryScope {
  userId?: string | undefined;
  agentId?: string | undefined;
  runId?: string | undefined;
}

/** True when no id is given. */
export function isEmptyScope(scope: MemoryScope): boolean {
  return scope.userId === undefined && scope.agentId === undefined && scope.runId === undefined;
}

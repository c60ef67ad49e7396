/** A dependency as an importer of pnpm's lock file names it. */
interface LockedDependency {
  specifier: string;
  /** Version, with the peers it was resolved with in brackets. */
  version: string;
}

/** The parts of pnpm-lock.yaml (lockfileVersion 9.0) that are read here. */
export interface LockFile {
  lockfileVersion: string;
  settings?: unknown;
  importers: Record<string, { dependencies?: Record<string, LockedDependency> }>;
  packages: Record<string, unknown>;
  snapshots: Record<string, { dependencies?: Record<string, string>; optionalDependencies?: Record<string, string> }>;
}

/**
 * The lock file of some packages alone, as a repository of its own would have it: same versions, same hashes, nothing else.
 *
 * @param importer folder in the workspace, e.g. spaces/minilm-embed
 * @param names its dependencies that are kept
 * @returns the lock file, and the exact version of each dependency for the manifest
 * @throws Error when a name is not locked for this importer
 */
export function pruneLockFile(
  lockFile: LockFile,
  importer: string,
  names: readonly string[],
): { lockFile: LockFile; versions: Record<string, string> } {
  const dependencies: Record<string, LockedDependency> = {};
  const versions: Record<string, string> = {};
  const wanted: string[] = [];
  for (const name of names.toSorted()) {
    const locked = lockFile.importers[importer]?.dependencies?.[name];
    if (locked === undefined) throw new Error(`pnpm-lock.yaml has no ${name} of ${importer}; run pnpm install.`);
    const specifier = withoutPeers(locked.version);
    dependencies[name] = { specifier, version: locked.version };
    versions[name] = specifier;
    wanted.push(toKey(name, locked.version, lockFile));
  }
  const reached = new Set(wanted);
  // Keys that are added while the set is walked are walked too.
  for (const key of reached) {
    const { dependencies: needed = {}, optionalDependencies: optional = {} } = lockFile.snapshots[key] ?? {};
    for (const [name, version] of Object.entries({ ...needed, ...optional })) reached.add(toKey(name, version, lockFile));
  }
  const keys = [...reached].toSorted();
  const pick = <Value>(from: Record<string, Value>, chosen: readonly string[]): Record<string, Value> =>
    Object.fromEntries(chosen.flatMap((key) => (from[key] === undefined ? [] : [[key, from[key]]])));
  return {
    lockFile: {
      lockfileVersion: lockFile.lockfileVersion,
      settings: lockFile.settings,
      importers: { ".": { dependencies } },
      packages: pick(lockFile.packages, [...new Set(keys.map(withoutPeers))]),
      snapshots: pick(lockFile.snapshots, keys),
    },
    versions,
  };
}

function withoutPeers(version: string): string {
  return version.replace(/\(.*$/, "");
}

/** Key of a dependency in `snapshots`; an alias is locked with the real package's name in its version. */
function toKey(name: string, version: string, { snapshots }: LockFile): string {
  const key = `${name}@${version}`;
  return key in snapshots || !(version in snapshots) ? key : version;
}

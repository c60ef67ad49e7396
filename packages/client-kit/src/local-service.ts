import { CodedError } from "@repo/contracts/coded-error";
import { loadOnce } from "./load-once.ts";

/** A Space's own service in this process: same code, same model, no HTTP. */
export interface LocalService<Service> {
  /** Loads it when it is first needed. */
  load(): Promise<Service>;
  isLoaded(): boolean;
  /** false once it is known that it cannot be loaded. */
  mayWork(): boolean;
  close(): Promise<void>;
}

/** How a service comes into this process. */
export interface LocalServiceOptions<Module, Service> {
  /** Imports the optional package; a failed import is told from a failed start. */
  importPackage: () => Promise<Module>;
  /** Said where the package is not installed. */
  absent: string;
  create: (module: Module) => Promise<Service>;
}

/** Errors of `load`: model_unavailable where the package is not installed, and what `create` throws. */
export function createLocalService<Module, Service extends { close(): Promise<void> }>(
  options: LocalServiceOptions<Module, Service>,
): LocalService<Service> {
  let loaded: Service | undefined;
  let failed = false;
  const load = loadOnce(async () => {
    try {
      const module = await options.importPackage().catch((cause: unknown) => {
        throw new CodedError("model_unavailable", options.absent, { cause });
      });
      loaded = await options.create(module);
      failed = false;
      return loaded;
    } catch (error) {
      failed = true;
      throw error;
    }
  });
  return { load, isLoaded: () => loaded !== undefined, mayWork: () => !failed, close: async () => await loaded?.close() };
}

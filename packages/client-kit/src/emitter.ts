/** Tells listeners about a value. */
export interface Emitter<Value> {
  /** Returns the way out. */
  subscribe(listener: (value: Value) => void): () => void;
  emit(value: Value): void;
  clear(): void;
}

/** A list of listeners. One that throws disturbs neither the others nor whoever emits. */
export function createEmitter<Value>(): Emitter<Value> {
  const listeners = new Set<(value: Value) => void>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    emit(value) {
      for (const listener of listeners) {
        try {
          listener(value);
        } catch {
          // A banner that fails to draw must not stop the wake it reports on.
        }
      }
    },
    clear: () => listeners.clear(),
  };
}

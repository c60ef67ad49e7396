import { basename } from "node:path";
import { env, InferenceSession, Tensor } from "onnxruntime-node";
import { silenceTelemetry } from "./silence-telemetry.ts";
import type { TensorData } from "./worker-protocol.ts";

/** Version of ONNX Runtime; files it optimised are good for this version only. */
export const runtimeVersion: string = env.versions.node ?? env.versions.common;

/** Options of {@link openSession}. */
export interface SessionOptions {
  /** Path of the .onnx file; external data is looked for beside it. */
  onnxPath: string;
  /** Threads of one matrix product. One session per core with one thread each beats one session with many. */
  threads: number;
  /** False for a file that was written by `optimizedPath`: everything was done then. */
  isOptimized: boolean;
  /** How long a thread without work looks for some before it sleeps, microseconds; default the runtime's, which is many milliseconds. */
  spinMicroseconds?: number | undefined;
  /** Also writes the optimised model with weights laid out as the kernels want them to this path and `<path>.data`. */
  optimizedPath?: string | undefined;
}

/** One loaded model. Both methods block the thread they are called on for as long as the computation takes. */
export interface Session {
  run(feeds: Readonly<Record<string, TensorData>>, fetches: readonly string[]): Promise<Record<string, TensorData>>;
  close(): Promise<void>;
}

/**
 * Loads a model on the CPU. Never call this on a thread that has other things to do.
 *
 * Sequential execution with one inter-op thread: encoders have no parallel branches worth a second thread. Session
 * configuration keys: onnxruntime_session_options_config_keys.h of ONNX Runtime 1.30.
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { optimizedPath } = options;
  silenceTelemetry();
  const session = await InferenceSession.create(options.onnxPath, {
    executionProviders: ["cpu"],
    intraOpNumThreads: options.threads,
    interOpNumThreads: 1,
    executionMode: "sequential",
    graphOptimizationLevel: options.isOptimized ? "disabled" : "all",
    // Silent: errors are thrown as well, and the one warning (an optimised file is hardware-specific) is why the cache key names the CPU.
    logSeverityLevel: 4,
    ...(optimizedPath === undefined ? {} : { optimizedModelFilePath: optimizedPath }),
    extra: {
      session: {
        ...(options.spinMicroseconds === undefined ? {} : { intra_op: { spin_duration_us: String(options.spinMicroseconds) } }),
        ...(optimizedPath === undefined
          ? {}
          : {
              save_external_prepacked_constant_initializers: "1",
              optimized_model_external_initializers_file_name: `${basename(optimizedPath)}.data`,
              optimized_model_external_initializers_min_size_in_bytes: "1024",
            }),
      },
    },
  });
  return {
    async run(feeds, fetches) {
      const tensors: Record<string, Tensor> = {};
      for (const [name, { type, data, dims }] of Object.entries(feeds)) tensors[name] = new Tensor(type, data as Float32Array, dims);
      const results = await session.run(tensors, fetches);
      const outputs: Record<string, TensorData> = {};
      for (const name of fetches) {
        const { type, data, dims } = results[name] as Tensor;
        outputs[name] = { type: type as TensorData["type"], data: data as TensorData["data"], dims };
      }
      return outputs;
    },
    close: () => session.release(),
  };
}

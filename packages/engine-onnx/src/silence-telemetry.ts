/**
 * Keeps ONNX Runtime from telling Microsoft about models, errors and run times, and from writing an identifier of this machine into
 * the user's cache folder: since 1.29 it does both on Linux and macOS by default. To be called before the first session, and
 * on the main thread, where setting a variable reaches native code; in a worker `process.env` is a copy. Whoever set the
 * variable himself keeps his choice.
 * @source https://github.com/microsoft/onnxruntime/pull/27379
 */
export function silenceTelemetry(): void {
  // oxlint-disable-next-line node/no-process-env -- this is the only way to tell it
  process.env["ORT_DISABLE_TELEMETRY"] ??= "1";
}

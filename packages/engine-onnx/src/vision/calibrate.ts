/** How a model's own confidence becomes the share of such readings that are right; fitted on dev data, kept in model.json. */
export type Calibration =
  /** 1 / (1 + exp(-(slope * logit(confidence) + intercept))): Platt, 1999, on the log odds. */
  | { kind: "platt"; slope: number; intercept: number }
  /**
   * Straight lines between [confidence, share that is right], both rising; what isotonic regression gives (Zadrozny and
   * Elkan, 2002). Before the first and behind the last point their shares hold.
   */
  | { kind: "points"; points: readonly (readonly [confidence: number, share: number])[] };

/** Log odds beyond this are rounding: 1 - 1e-7 is the last confidence that float32 tells from 1. */
const maxLogOdds = 16;

/**
 * The calibrated confidence, 0 to 1; rises with `confidence` (0 to 1), so that an order stays an order.
 * Without a calibration it is the confidence itself.
 */
export function calibrate(confidence: number, calibration?: Calibration): number {
  const bounded = Math.min(1, Math.max(0, confidence));
  if (calibration === undefined) return bounded;
  if (calibration.kind === "points") return interpolate(bounded, calibration.points);
  const logOdds = Math.min(maxLogOdds, Math.max(-maxLogOdds, Math.log(bounded / (1 - bounded))));
  return 1 / (1 + Math.exp(-(calibration.slope * logOdds + calibration.intercept)));
}

function interpolate(confidence: number, points: readonly (readonly [number, number])[]): number {
  const next = points.findIndex(([from]) => from >= confidence);
  if (next === -1) return points.at(-1)?.[1] ?? confidence;
  const [to, toShare] = points[next] as readonly [number, number];
  const [from, fromShare] = points[next - 1] ?? [to, toShare];
  return to === from ? toShare : fromShare + ((toShare - fromShare) * (confidence - from)) / (to - from);
}

import type { CallLog } from "./call-log.ts";

/** What may be spent, and what calls cost; US dollars. */
export interface CallPrices {
  perImage: number;
  perText: number;
  /** Undefined: no limit. */
  perDay: number | undefined;
}

const dayMs = 86_400_000;

/** Words for an amount of US dollars, e.g. "$0.0012". */
export function toDollars(amount: number): string {
  // Two digits that say something, and never less than cents.
  const digits = amount === 0 || amount >= 1 ? 2 : Math.min(8, Math.max(2, 1 - Math.floor(Math.log10(amount))));
  return `$${amount.toFixed(digits).replace(/(\.\d{2,}?)0+$/, "$1")}`;
}

/**
 * Why the budget does not allow another `cost`, for people; undefined when it does. The last 24 hours count, so a stopped
 * job can be resumed little by little.
 */
export async function explainBudget(log: CallLog, { perDay }: CallPrices, cost: number): Promise<string | undefined> {
  if (perDay === undefined || cost === 0) return undefined;
  const spent = await log.spentSince(new Date(Date.now() - dayMs));
  if (spent + cost <= perDay) return undefined;
  return `The budget is used up: ${toDollars(spent)} of ${toDollars(perDay)} in the last 24 hours, and the next call costs ${toDollars(cost)}. Raise BUDGET_PER_DAY_USD or resume later.`;
}

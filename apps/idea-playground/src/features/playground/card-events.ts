import type { PartialIdea } from "./idea-content.ts";

/** Why a card was not written, for people. */
export interface CardProblem {
  message: string;
  /** Who was asked, and why each could not answer. */
  attempts: { tier: string; reason: string }[];
}

/** What a page is told while cards are written. Cards are numbered from 0. */
export type CardEvent =
  /** A card is begun, or begun again because it said the same as another one: what was shown of it is void. */
  | { type: "writing"; card: number; isAgain: boolean }
  /** Who was asked does not answer, and another one is asked. */
  | { type: "fallback"; card: number; tier: string; reason: string }
  /** Fields that have grown or changed; empty ones are void. */
  | { type: "fields"; card: number; fields: PartialIdea }
  /** The card is kept. */
  | { type: "saved"; card: number; id: string; markup: string; note: string | null }
  | { type: "failed"; card: number; problem: CardProblem }
  /** The last event. */
  | { type: "end"; saved: number; failed: number };

import type { SecretBox } from "@repo/app-kit/secret-box";
import { z } from "zod";
import type { Access } from "../access.ts";
import type { StudentSessions } from "./student-sessions.ts";

/** Tickets that open one file for a short while: a frame can send neither header nor, elsewhere, a cookie. */
export interface PaperTickets {
  issue(access: Access, artifactUuid: string): { ticket: string; expiresAt: Date };
  /** Who it was issued to; undefined when it is for another paper or too old, or the session is over. */
  open(ticket: string, artifactUuid: string): Promise<Access | undefined>;
}

/** How long a ticket is good, milliseconds: a browser follows the address at once. */
const lifetimeMs = 60_000;
const ticketSchema = z.object({ sessionId: z.uuid(), expiresAt: z.number() });

/** A ticket is a sealed text, so that nothing is stored and nothing can be read from it. */
export function createPaperTickets(box: SecretBox, sessions: StudentSessions): PaperTickets {
  return {
    issue: ({ sessionId }, artifactUuid) => {
      const expiresAt = new Date(Date.now() + lifetimeMs);
      return { ticket: box.seal(JSON.stringify({ sessionId, expiresAt: expiresAt.getTime() }), artifactUuid), expiresAt };
    },
    open: async (ticket, artifactUuid) => {
      const text = box.open(ticket, artifactUuid);
      if (text === undefined) return undefined;
      const { sessionId, expiresAt } = ticketSchema.parse(JSON.parse(text));
      const session = expiresAt > Date.now() ? await sessions.findById(sessionId) : undefined;
      return session && { kind: "student", registerNumber: session.registerNumber, sessionId };
    },
  };
}

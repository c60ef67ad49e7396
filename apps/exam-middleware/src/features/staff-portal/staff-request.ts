import { CodedError } from "@repo/contracts/coded-error";
import type { ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { type Access, type Actor, assertRole, toActor } from "../../access.ts";
import type { StaffPortalParts } from "./staff-portal-parts.ts";

/** Every id in an address. */
export const idPattern = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}";

/** Whether a text is an id. */
export const idFormat = new RegExp(`^${idPattern}$`);

/** The person who asks. */
export interface StaffRequest {
  access: Access;
  actor: Actor;
}

/** @throws CodedError unauthorized, forbidden (students) */
export async function readStaff(parts: StaffPortalParts, c: Context<ServerEnvironment>): Promise<StaffRequest> {
  const access = await parts.access.authorize(c.req.raw.headers);
  assertRole(access, "staff");
  return { access, actor: toActor(access, c.get("state").requestId) };
}

/** The id in a request's address, as the database has it. */
export function readId(c: Context<ServerEnvironment>): string {
  return (c.req.param("id") ?? "").toLowerCase();
}

/** A page's number from 1; 1 for anything else. */
export function readPage(text: string | undefined): number {
  return /^[1-9]\d{0,5}$/.test(text ?? "") ? Number(text) : 1;
}

/** A count; 0 for anything else. */
export function readCount(text: string | undefined): number {
  return /^\d{1,6}$/.test(text ?? "") ? Number(text) : 0;
}

/** The version that a form was shown with. @throws CodedError invalid_request */
export function readVersion(text: string | undefined): number {
  if (!/^\d{1,9}$/.test(text ?? "")) throw new CodedError("invalid_request", "The form does not say which version of the sheet it shows.");
  return Number(text);
}

/** What was typed, as the database can hold it; undefined when it is empty. */
export function readText(text: string | undefined, maxCharacters = 200): string | undefined {
  const clean = (text ?? "").replaceAll("\0", "").toWellFormed().trim().slice(0, maxCharacters);
  return clean === "" ? undefined : clean;
}

/** Whether an island asks for a part of a page only. */
export function wantsFragment(c: Context): boolean {
  return c.req.header("x-fragment") !== undefined;
}

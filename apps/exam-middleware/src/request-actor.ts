import type { HandlerContext } from "@repo/server-kit/mount-route";
import { accessOf, type Actor, toActor } from "./access.ts";
import { unknownSheet } from "./sheets/sheet-rows.ts";

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** An id as the database has it. @throws CodedError not_found for what is none: there is nothing by that name */
export function parseId(text: string | undefined): string {
  const id = (text ?? "").toLowerCase();
  if (!uuid.test(id)) throw unknownSheet();
  return id;
}

/** The id in a route's path. */
export function idOf({ params }: Pick<HandlerContext, "params">): string {
  return parseId(params["id"]);
}

/** Who a route's request is from, as the audit log tells it. */
export function actorOf(context: HandlerContext): Actor {
  return toActor(accessOf(context), context.requestId);
}

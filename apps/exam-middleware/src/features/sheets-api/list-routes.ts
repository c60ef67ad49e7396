import { importListRoute, listsRoute, rematchRoute, removeListRoute } from "@repo/contracts/exam-sheets";
import type { Server } from "@repo/server-kit/server";
import { mountFor } from "../../mount-guarded.ts";
import { actorOf, idOf } from "../../request-actor.ts";
import { toListBody } from "../../sheets/sheet-bodies.ts";
import type { SheetService } from "../../sheets/sheet-service.ts";

/** Mounts course lists and class rosters. */
export function mountLists(server: Server, { sheets }: { sheets: SheetService }): void {
  mountFor(server, "staff", listsRoute, async () => ({ lists: (await sheets.lists()).map(toListBody) }));
  mountFor(server, "staff", importListRoute, async ({ file, kind, name, exam_type: examType, replace }, context) => {
    const { list, problems } = await sheets.importList({ kind, name, examType, csv: file.bytes, replace }, actorOf(context));
    if (list === undefined) context.status = 422;
    return { success: list !== undefined, list: list === undefined ? null : toListBody(list), problems };
  });
  mountFor(server, "staff", rematchRoute, async (_body, context) => await sheets.rematch(actorOf(context)));
  mountFor(server, "staff", removeListRoute, async (_body, context) => {
    await sheets.removeList(idOf(context), actorOf(context));
    return { success: true };
  });
}

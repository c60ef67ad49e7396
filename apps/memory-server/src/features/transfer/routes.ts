import { Readable } from "node:stream";
import type { Database } from "@repo/app-kit/open-database";
import {
  cancelImportRoute,
  exportQuery,
  exportsPath,
  getImportRoute,
  importsPath,
  listImportsRoute,
  retryImportRoute,
  uploadQuery,
} from "@repo/contracts/memory-transfer";
import { toCodedError } from "@repo/server-kit/error-response";
import { answerError, type HandlerContext, mountRoute } from "@repo/server-kit/mount-route";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import { parseBody } from "@repo/server-kit/validation";
import type { Context } from "hono";
import { type Access, type AccessControl, accessOf, narrowScope } from "../../access.ts";
import { exportMemories } from "./export-memories.ts";
import { streamImport } from "./import-events.ts";
import { openUpload } from "./open-upload.ts";
import type { TransferService } from "./transfer-service.ts";

/** What {@link mountTransfer} needs. */
export interface TransferRoutesParts {
  db: Database;
  access: AccessControl;
  transfer: TransferService;
}

const defaultFileName = "memories.jsonl";
const maxFileNameCharacters = 200;
const maxKeyCharacters = 200;

/** Ids are lower case in the database; people copy them in any case. */
const toId = ({ params }: HandlerContext): string => (params["id"] ?? "").toLowerCase();

/** Mounts imports and exports. */
export function mountTransfer(server: Server, { db, access, transfer }: TransferRoutesParts): void {
  const toUser = (context: HandlerContext): string | undefined => accessOf(context).userId;
  mountRoute(server, listImportsRoute, async (_body, context) => ({ imports: await transfer.list(toUser(context)) }));
  mountRoute(server, getImportRoute, async (_body, context) => await transfer.read(toId(context), toUser(context)));
  mountRoute(server, cancelImportRoute, async (_body, context) => await transfer.cancel(toId(context), toUser(context)));
  mountRoute(server, retryImportRoute, async (_body, context) => await transfer.retry(toId(context), toUser(context)));

  /** Routes whose body or answer is no JSON, with the errors of the others. */
  const guard =
    (path: string, answer: (c: Context<ServerEnvironment>, who: Access) => Promise<Response>) =>
    async (c: Context<ServerEnvironment>): Promise<Response> => {
      c.get("state").route = path;
      try {
        return await answer(c, await access.authorize(c.req.raw.headers));
      } catch (thrown) {
        return answerError(server, c, toCodedError(thrown), "fastapi");
      }
    };

  server.app.post(
    importsPath,
    guard(importsPath, async (c, who) => {
      const query = parseBody(uploadQuery, c.req.query());
      const { userId = null } = narrowScope(who, query.user_id === undefined ? {} : { userId: query.user_id });
      const { fileName, bytes } = await openUpload(c.req.raw);
      const name = (query.file_name ?? fileName ?? defaultFileName).replaceAll(/\p{Cc}/gu, "").slice(0, maxFileNameCharacters);
      const idempotencyKey = c.req.header("idempotency-key")?.slice(0, maxKeyCharacters) ?? null;
      return c.json(await transfer.begin({ userId, fileName: name === "" ? defaultFileName : name, idempotencyKey }, bytes), 202);
    }),
  );

  const eventsPath = `${importsPath}/:id/events`;
  server.app.get(
    eventsPath,
    guard(eventsPath, async (c, who) => {
      const read = async () => await transfer.read((c.req.param("id") ?? "").toLowerCase(), who.userId);
      // Before the stream begins, so that an unknown import is a 404.
      await read();
      return streamImport(c, read, server.log);
    }),
  );

  server.app.get(
    exportsPath,
    guard(exportsPath, async (c, who) => {
      const query = parseBody(exportQuery, c.req.query());
      const scope = narrowScope(who, {
        ...(query.user_id === undefined ? {} : { userId: query.user_id }),
        ...(query.agent_id === undefined ? {} : { agentId: query.agent_id }),
        ...(query.run_id === undefined ? {} : { runId: query.run_id }),
      });
      const body = Readable.toWeb(Readable.from(exportMemories(db, scope, query.format))) as ReadableStream<Uint8Array>;
      const day = new Date().toISOString().slice(0, 10);
      return c.body(body, 200, {
        "content-type": query.format === "json" ? "application/json" : "application/x-ndjson",
        "content-disposition": `attachment; filename="memories-${day}.${query.format}"`,
        "cache-control": "no-store",
      });
    }),
  );
}

import type { Assets } from "@repo/app-kit/load-assets";
import { pageHeaders } from "@repo/app-kit/page-headers";
import type { CodedError } from "@repo/contracts/coded-error";
import { toCodedError } from "@repo/server-kit/error-response";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import type { JSX } from "hono/jsx/jsx-runtime";
import { Shell } from "./shell.tsx";

type Markup = JSX.Element;

function Problem({ error }: { error: CodedError }) {
  return (
    <div class="banner" data-kind="warning" role="alert">
      <strong>{error.message}</strong>
    </div>
  );
}

function ErrorPage({ assets, error, requestId }: { assets: Assets; error: CodedError; requestId: string }) {
  return (
    <Shell title="Something went wrong – cinematch" assets={assets}>
      <Problem error={error} />
      <p>
        <a href="/">Back to the search</a>
      </p>
      <p>
        <small>Request {requestId}</small>
      </p>
    </Shell>
  );
}

async function respond(
  server: Server,
  c: Context<ServerEnvironment>,
  make: () => Markup | Promise<Markup>,
  toMarkup: (error: CodedError) => Markup,
): Promise<Response> {
  try {
    return c.html(await make(), 200, pageHeaders);
  } catch (thrown) {
    const error = toCodedError(thrown);
    if (error.code === "internal") server.log.error({ err: error.cause ?? error, requestId: c.get("state").requestId }, "page failed");
    return c.html(toMarkup(error), error.status as 500, pageHeaders);
  }
}

/** Answers with a page; what goes wrong while it is made becomes a page as well, with the right status, for people. */
export async function respondPage(
  server: Server,
  c: Context<ServerEnvironment>,
  assets: Assets,
  makePage: () => Markup | Promise<Markup>,
): Promise<Response> {
  return await respond(server, c, makePage, (error) => <ErrorPage assets={assets} error={error} requestId={c.get("state").requestId} />);
}

/** Answers with a part of a page, for the island to put in; a problem becomes a banner in its place. */
export async function respondFragment(
  server: Server,
  c: Context<ServerEnvironment>,
  makeFragment: () => Markup | Promise<Markup>,
): Promise<Response> {
  return await respond(server, c, makeFragment, (error) => <Problem error={error} />);
}

import type { CodedError } from "@repo/contracts/coded-error";
import { toCodedError, toErrorHeaders } from "@repo/server-kit/error-response";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import type { Child } from "hono/jsx";
import type { JSX } from "hono/jsx/jsx-runtime";
import { pageHeaders } from "./page-headers.ts";

type Markup = JSX.Element;
/** A response, e.g. to send a form on with 303, is answered as it is. */
type Make = () => Markup | Response | Promise<Markup | Response>;

/** Answers requests with pages. */
export interface PageResponder {
  /** A whole page, with the status set by c.status (200); what goes wrong while it is made becomes a page as well, with the right status, for people. */
  page(c: Context<ServerEnvironment>, makePage: Make): Promise<Response>;
  /** A part of a page, for an island to put in; a problem becomes a banner in its place. */
  fragment(c: Context<ServerEnvironment>, makeFragment: Make): Promise<Response>;
}

/** What {@link createPageResponder} needs of an app. */
export interface PageResponderOptions {
  /** The app's frame around a page. */
  Shell: (props: { title: string; children?: Child }) => Markup;
  /** Text of the way back from a page that could not be made, e.g. "Back to the search"; it leads to /. */
  back: string;
  /** Answers a page's request instead of an error page, e.g. with the way to the sign-in page; undefined: the error page. */
  answerInstead?: (c: Context<ServerEnvironment>, error: CodedError) => Response | undefined;
}

/** Without it browsers lay a page out as they did before there were standards. */
const doctype = "<!DOCTYPE html>";

/** A problem in the place of what was asked for. */
function Problem({ error }: { error: CodedError }) {
  return (
    <div class="banner" data-kind="warning" role="alert">
      <strong>{error.message}</strong>
    </div>
  );
}

/** Makes the functions with which an app's routes answer with pages and parts of pages, with {@link pageHeaders}. */
export function createPageResponder(server: Server, { Shell, back, answerInstead }: PageResponderOptions): PageResponder {
  const respond = async (
    c: Context<ServerEnvironment>,
    make: Make,
    toAnswer: (error: CodedError) => Markup | Response,
    before = "",
  ): Promise<Response> => {
    try {
      const made = await make();
      return made instanceof Response ? made : c.html(before + made.toString(), undefined, pageHeaders);
    } catch (thrown) {
      const error = toCodedError(thrown);
      const { requestId } = c.get("state");
      if (error.status >= 500) server.log.error({ err: error.cause ?? error, requestId }, "page failed");
      const answer = toAnswer(error);
      if (answer instanceof Response) return answer;
      const { "retry-after": retryAfter } = toErrorHeaders(error);
      if (retryAfter !== undefined) c.header("retry-after", retryAfter);
      return c.html(before + String(await answer), error.status as 500, pageHeaders);
    }
  };
  const toErrorPage = (error: CodedError, requestId: string): Markup => (
    <Shell title="Something went wrong">
      <Problem error={error} />
      <p>
        <a href="/">{back}</a>
      </p>
      <p>
        <small>Request {requestId}</small>
      </p>
    </Shell>
  );
  return {
    page: async (c, makePage) =>
      await respond(c, makePage, (error) => answerInstead?.(c, error) ?? toErrorPage(error, c.get("state").requestId), doctype),
    fragment: async (c, makeFragment) => await respond(c, makeFragment, (error) => <Problem error={error} />),
  };
}

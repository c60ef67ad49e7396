import type { Assets } from "@repo/app-kit/load-assets";
import { Page } from "@repo/app-kit/page";
import { StatusBanner } from "@repo/app-kit/status-banner";
import type { Child } from "hono/jsx";
import type { Access } from "../access.ts";

/** Who looks at a page; undefined before sign-in. */
export interface Viewer {
  access: Access;
  /** local and open: everybody is the administrator, nobody signs in. */
  mode: "local" | "open" | "keys";
}

/** What every page of the console is given. */
export interface ShellProps {
  title: string;
  assets: Assets;
  viewer: Viewer | undefined;
  current?: string;
  children?: Child;
}

const openNotes = {
  local: "Local mode: everybody on this machine is the administrator. Set ADMIN_API_KEY to ask for keys.",
  open: "AUTH_DISABLED is set: whoever can reach this address is the administrator.",
};

function SignOut({ access }: { access: Access }) {
  return (
    <form method="post" action="/console/sign-out" class="inline">
      <button type="submit" class="link" title={access.kind === "user" ? `Signed in as ${access.userId}` : "Signed in as administrator"}>
        Sign out
      </button>
    </form>
  );
}

/** The frame of every page of the console. */
export function Shell({ title, assets, viewer, current, children }: ShellProps) {
  const isAdministrator = viewer?.access.kind === "administrator";
  return (
    <Page
      title={`${title} – memory-server`}
      description="What your assistants remember, for people."
      brand="memory-server"
      links={viewer ? { Memories: "/", ...(isAdministrator ? { Keys: "/console/keys" } : {}), API: "/docs" } : { API: "/docs" }}
      {...(viewer?.mode === "keys" ? { navigationEnd: <SignOut access={viewer.access} /> } : {})}
      {...(current === undefined ? {} : { current })}
      stylesheets={[assets.url("pico.css"), assets.url("app-kit.css"), assets.url("console.css"), assets.url("memory-server.css")]}
      scripts={[assets.url("console.js")]}
    >
      {viewer ? <StatusBanner /> : null}
      {children}
      {viewer && viewer.mode !== "keys" ? (
        <footer>
          <small>{openNotes[viewer.mode]}</small>
        </footer>
      ) : null}
    </Page>
  );
}

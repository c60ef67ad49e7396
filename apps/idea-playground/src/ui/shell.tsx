import type { Assets } from "@repo/app-kit/load-assets";
import { Page } from "@repo/app-kit/page";
import { StatusBanner } from "@repo/app-kit/status-banner";
import type { Child } from "hono/jsx";
import type { Access, AccessControl } from "../access/access-control.ts";

/** Who looks at a page. */
export interface Viewer {
  access: Access;
  mode: AccessControl["mode"];
}

/** What every page is given. */
export interface ShellProps {
  title: string;
  assets: Assets;
  /** Undefined before sign-in. */
  viewer: Viewer | undefined;
  /** Address of the part that the page belongs to. */
  current?: string;
  children?: Child;
}

const openNotes = {
  local: "Local mode: everybody on this machine is the administrator. Set ADMIN_API_KEY to ask for a key.",
  open: "AUTH_DISABLED is set: whoever can reach this address is the administrator.",
};

function SignOut() {
  return (
    <form method="post" action="/sign-out" class="inline">
      <button type="submit" class="link">
        Sign out
      </button>
    </form>
  );
}

function toLinks(viewer: Viewer | undefined): Record<string, string> {
  if (viewer === undefined) return {};
  const ofAdministrator = { Usage: "/usage", Settings: "/settings", API: "/docs" };
  return { Canvases: "/", ...(viewer.access === "administrator" ? ofAdministrator : { "Sign in": "/sign-in" }) };
}

/** The frame of every page of idea-playground. */
export function Shell({ title, assets, viewer, current, children }: ShellProps) {
  const isSignedIn = viewer?.mode === "keys" && viewer.access === "administrator";
  return (
    <Page
      title={`${title} – idea-playground`}
      description="Ideas, written by your own language models."
      brand="idea-playground"
      links={toLinks(viewer)}
      {...(isSignedIn ? { navigationEnd: <SignOut /> } : {})}
      {...(current === undefined ? {} : { current })}
      stylesheets={["pico.css", "app-kit.css", "console.css", "playground.css", "idea-playground.css"].map((name) => assets.url(name))}
      scripts={["playground.js", "settings.js"].map((name) => assets.url(name))}
    >
      {viewer === undefined ? null : <StatusBanner />}
      {children}
      {viewer !== undefined && viewer.mode !== "keys" ? (
        <footer>
          <small>{openNotes[viewer.mode]}</small>
        </footer>
      ) : null}
    </Page>
  );
}

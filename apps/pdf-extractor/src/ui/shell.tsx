import type { Assets } from "@repo/app-kit/load-assets";
import { Page } from "@repo/app-kit/page";
import { StatusBanner } from "@repo/app-kit/status-banner";
import type { Child } from "hono/jsx";

/** What every page is given. */
export interface ShellProps {
  title: string;
  assets: Assets;
  /** Address of the part that the page belongs to. */
  current?: string;
  children?: Child;
}

/** The frame of every page of pdf-extractor. */
export function Shell({ title, assets, current, children }: ShellProps) {
  return (
    <Page
      title={`${title} – pdf-extractor`}
      description="Pictures out of PDFs, found by what they show."
      brand="pdf-extractor"
      links={{ Documents: "/", Pictures: "/pictures", Calls: "/calls", API: "/docs" }}
      {...(current === undefined ? {} : { current })}
      stylesheets={["pico.css", "app-kit.css", "console.css", "pdf-extractor.css"].map((name) => assets.url(name))}
      scripts={[assets.url("catalogue.js")]}
    >
      <StatusBanner />
      {children}
    </Page>
  );
}

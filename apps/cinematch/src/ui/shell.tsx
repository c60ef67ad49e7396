import type { Assets } from "@repo/app-kit/load-assets";
import { Page } from "@repo/app-kit/page";
import { StatusBanner } from "@repo/app-kit/status-banner";
import type { Child } from "hono/jsx";

/** The frame of every page of cinematch. */
export function Shell(props: { title: string; assets: Assets; current?: string; children?: Child }) {
  const { assets } = props;
  return (
    <Page
      title={props.title}
      description="Films found by what they are about, not only by their words."
      brand="cinematch"
      links={{ Search: "/", "Film map": "/map", API: "/docs" }}
      {...(props.current === undefined ? {} : { current: props.current })}
      stylesheets={[assets.url("pico.css"), assets.url("app-kit.css"), assets.url("cinematch.css")]}
      scripts={[assets.url("search.js")]}
    >
      <StatusBanner />
      {props.children}
    </Page>
  );
}

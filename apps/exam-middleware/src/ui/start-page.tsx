import type { Assets } from "@repo/app-kit/load-assets";
import { Shell } from "./shell.tsx";

/** For who is not signed in: the two doors. */
export function StartPage({ assets }: { assets: Assets }) {
  return (
    <Shell title="Start" assets={assets} access={undefined}>
      <h1>Answer sheets</h1>
      <p>Scanned answer sheets are read, checked by people, and handed in by the students they belong to.</p>
      <p class="downloads">
        <a role="button" href="/portal/student">
          I am a student
        </a>
        <a role="button" class="outline" href="/portal/staff">
          I work here
        </a>
      </p>
    </Shell>
  );
}

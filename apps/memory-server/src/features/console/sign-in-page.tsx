import type { Assets } from "@repo/app-kit/load-assets";
import { Shell } from "../../ui/shell.tsx";
import { Notice } from "./notices.tsx";

/** Asks for an API key. */
export function SignInPage(props: { assets: Assets; next: string; isWrong: boolean; notice: string | undefined }) {
  return (
    <Shell title="Sign in" assets={props.assets} viewer={undefined}>
      <article class="sign-in">
        <h1>Sign in</h1>
        <Notice name={props.notice} />
        <form method="post" action="/console/sign-in">
          <input type="hidden" name="next" value={props.next} />
          {/* So that password managers know what they keep. */}
          <input type="text" name="username" value="memory-server" autocomplete="username" hidden />
          <label>
            API key
            <input
              type="password"
              name="key"
              required
              autofocus
              autocomplete="current-password"
              aria-invalid={props.isWrong ? "true" : undefined}
              aria-describedby={props.isWrong ? "wrong" : undefined}
            />
          </label>
          {props.isWrong ? (
            <p id="wrong" class="bad" role="alert">
              This key opens nothing here. It may be mistyped or revoked.
            </p>
          ) : null}
          <button type="submit">Sign in</button>
        </form>
        <p>
          <small>An administrator makes keys under Keys, or with POST /api-keys. ADMIN_API_KEY opens everything.</small>
        </p>
      </article>
    </Shell>
  );
}

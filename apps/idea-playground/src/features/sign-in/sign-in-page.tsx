import { Notice } from "@repo/app-kit/notice";
import type { Assets } from "@repo/app-kit/load-assets";
import { Shell } from "../../ui/shell.tsx";

/** What {@link SignInPage} shows. */
export interface SignInPageProps {
  assets: Assets;
  /** Where to go after it. */
  next: string;
  isWrong: boolean;
  hasSignedOut: boolean;
}

/** Asks for the administrator's key. */
export function SignInPage({ assets, next, isWrong, hasSignedOut }: SignInPageProps) {
  return (
    <Shell title="Sign in" assets={assets} viewer={undefined}>
      <article class="sign-in">
        <h1>Sign in</h1>
        <Notice text={hasSignedOut ? "You are signed out." : undefined} />
        <form method="post" action="/sign-in">
          <input type="hidden" name="next" value={next} />
          {/* So that password managers know what they keep. */}
          <input type="text" name="username" value="idea-playground" autocomplete="username" hidden />
          <label>
            Administrator's key
            <input
              type="password"
              name="key"
              required
              autofocus
              autocomplete="current-password"
              aria-invalid={isWrong ? "true" : undefined}
              aria-describedby={isWrong ? "wrong" : undefined}
            />
          </label>
          {isWrong ? (
            <p id="wrong" class="bad" role="alert">
              This key opens nothing here.
            </p>
          ) : null}
          <button type="submit">Sign in</button>
        </form>
        <p>
          <small>It is what ADMIN_API_KEY is set to where this app runs.</small>
        </p>
      </article>
    </Shell>
  );
}

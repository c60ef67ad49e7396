import type { Assets } from "@repo/app-kit/load-assets";
import { Notice } from "@repo/app-kit/notice";
import { minPasswordLength } from "../../people/check-password.ts";
import type { StaffView } from "../../people/staff-rows.ts";
import { Shell } from "../../ui/shell.tsx";

function NewPasswordFields() {
  return (
    <>
      <label>
        New password
        <input
          type="password"
          name="password"
          required
          minlength={minPasswordLength}
          autocomplete="new-password"
          aria-describedby="rules"
        />
        <small id="rules">At least {minPasswordLength} characters; a few words that do not belong together do well.</small>
      </label>
      <label>
        Once more
        <input type="password" name="password_again" required autocomplete="new-password" />
      </label>
    </>
  );
}

/** Lets somebody choose name and password, with a link that is good once. */
export function SetUpPage(props: { assets: Assets; token: string; staff: StaffView; username: string; problem?: string | undefined }) {
  const { assets, token, staff, username, problem } = props;
  return (
    <Shell title="Choose a password" assets={assets} access={undefined}>
      <article class="sign-in">
        <h1>{staff.hasPassword ? "Choose a new password" : "Welcome"}</h1>
        <p>
          {staff.role === "administrator"
            ? "You are going to be an administrator: you make accounts, and may do everything."
            : "You are going to work with answer sheets."}
        </p>
        <Notice text={problem} kind="warning" />
        <form method="post" action="/set-up">
          <input type="hidden" name="token" value={token} />
          <label>
            User name
            <input
              type="text"
              name="username"
              value={username}
              required
              readonly={staff.hasPassword}
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
            />
          </label>
          <NewPasswordFields />
          <button type="submit">Set up</button>
        </form>
      </article>
    </Shell>
  );
}

/** Says that a link is no longer good. */
export function SetUpOverPage({ assets }: { assets: Assets }) {
  return (
    <Shell title="Set-up link" assets={assets} access={undefined}>
      <article class="sign-in">
        <h1>This link is no longer good</h1>
        <p>
          It was used already, is too old, or a newer one was made. An administrator can make another one; on the server, the command
          set-up-link does.
        </p>
        <p>
          <a href="/portal/staff/sign-in">Sign in</a>
        </p>
      </article>
    </Shell>
  );
}

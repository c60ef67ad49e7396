import type { Assets } from "@repo/app-kit/load-assets";
import { Notice } from "@repo/app-kit/notice";
import { Shell } from "../../ui/shell.tsx";

/** What a sign-in page is given. */
export interface SignInPageProps {
  assets: Assets;
  /** Where to go afterwards. */
  next: string;
  /** What was wrong with the last try, for people. */
  problem?: string | undefined;
  notice?: string | undefined;
  username?: string | undefined;
}

/** Asks staff for name and password. */
export function StaffSignInPage({ assets, next, problem, notice, username }: SignInPageProps) {
  return (
    <Shell title="Sign in" assets={assets} access={undefined}>
      <article class="sign-in">
        <h1>Staff sign-in</h1>
        <Notice text={notice} />
        <Notice text={problem} kind="warning" />
        <form method="post" action="/portal/staff/sign-in">
          <input type="hidden" name="next" value={next} />
          <label>
            User name
            <input
              type="text"
              name="username"
              value={username}
              required
              autofocus
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
            />
          </label>
          <label>
            Password
            <input type="password" name="password" required autocomplete="current-password" />
          </label>
          <button type="submit">Sign in</button>
        </form>
        <p>
          <small>
            An administrator makes accounts and new set-up links. Students <a href="/portal/student/sign-in">sign in here</a>.
          </small>
        </p>
      </article>
    </Shell>
  );
}

/** Asks students for their Moodle account and register number. */
export function StudentSignInPage(props: SignInPageProps & { registerNumber?: string | undefined; hasMoodle: boolean }) {
  const { assets, next, problem, notice, username, registerNumber, hasMoodle } = props;
  return (
    <Shell title="Sign in" assets={assets} access={undefined}>
      <article class="sign-in">
        <h1>Student sign-in</h1>
        <Notice text={notice} />
        <Notice text={problem} kind="warning" />
        {hasMoodle ? null : <Notice text="This server is not connected to Moodle yet, so that students cannot sign in." kind="warning" />}
        <form method="post" action="/portal/student/sign-in">
          <input type="hidden" name="next" value={next} />
          <label>
            Moodle user name
            <input
              type="text"
              name="username"
              value={username}
              required
              autofocus
              autocomplete="username"
              autocapitalize="none"
              spellcheck={false}
            />
          </label>
          <label>
            Moodle password
            <input type="password" name="password" required autocomplete="current-password" />
          </label>
          <label>
            Register number
            <input type="text" name="register_number" value={registerNumber} required inputmode="numeric" autocomplete="off" />
          </label>
          <button type="submit">Sign in</button>
        </form>
        <p>
          <small>Your password goes to Moodle and is not kept here.</small>
        </p>
      </article>
    </Shell>
  );
}

import type { Assets } from "@repo/app-kit/load-assets";
import { Moment } from "@repo/app-kit/moment";
import { Notice } from "@repo/app-kit/notice";
import type { Access } from "../../access.ts";
import { minPasswordLength } from "../../people/check-password.ts";
import type { StaffView } from "../../people/staff-rows.ts";
import { Shell } from "../../ui/shell.tsx";

/** What the page is given. */
export interface AccountPageProps {
  assets: Assets;
  access: Access;
  /** Every account; undefined for who is no administrator. */
  staff: readonly StaffView[] | undefined;
  notice?: string | undefined;
  problem?: string | undefined;
  /** A link that was made just now; it is shown this once. */
  madeLink?: { username: string; url: string } | undefined;
}

const path = "/portal/staff/account";

function PasswordForm() {
  return (
    <form method="post" action={`${path}/password`} class="narrow">
      <label>
        Current password
        <input type="password" name="current" required autocomplete="current-password" />
      </label>
      <label>
        New password
        <input type="password" name="next" required minlength={minPasswordLength} autocomplete="new-password" aria-describedby="rules" />
        <small id="rules">At least {minPasswordLength} characters. You are signed out everywhere else.</small>
      </label>
      <label>
        Once more
        <input type="password" name="again" required autocomplete="new-password" />
      </label>
      <button type="submit">Change the password</button>
    </form>
  );
}

function ChangeButton({ staff, action, text }: { staff: StaffView; action: string; text: string }) {
  return (
    <form method="post" action={`${path}/${staff.id}/${action}`} class="inline">
      <button type="submit" class="link" aria-label={`${text}: ${staff.username}`}>
        {text}
      </button>
    </form>
  );
}

function StaffRow({ staff, isSelf }: { staff: StaffView; isSelf: boolean }) {
  return (
    <tr>
      <td dir="auto">
        {staff.username}
        {staff.fullName === null ? null : <small> {staff.fullName}</small>}
      </td>
      <td>{staff.role}</td>
      <td>{staff.isActive ? (staff.hasPassword ? "active" : "has not set up yet") : "disabled"}</td>
      <td class="when">{staff.lastLoginAt === null ? "never" : <Moment at={staff.lastLoginAt} />}</td>
      <td>
        {isSelf ? null : (
          <div class="row-actions">
            {staff.isActive ? (
              <ChangeButton staff={staff} action="disable" text="Disable" />
            ) : (
              <ChangeButton staff={staff} action="enable" text="Enable" />
            )}
            {staff.isActive ? <ChangeButton staff={staff} action="link" text="New set-up link" /> : null}
            {staff.role === "staff" ? (
              <ChangeButton staff={staff} action="promote" text="Make administrator" />
            ) : (
              <ChangeButton staff={staff} action="demote" text="Make staff" />
            )}
          </div>
        )}
      </td>
    </tr>
  );
}

function NewStaffForm() {
  return (
    <form method="post" action={`${path}/new`} class="narrow">
      <label>
        User name
        <input type="text" name="username" required maxlength={64} autocomplete="off" autocapitalize="none" spellcheck={false} />
      </label>
      <label>
        Full name
        <input type="text" name="full_name" maxlength={200} autocomplete="off" />
      </label>
      <label>
        May
        <select name="role">
          <option value="staff">work with sheets</option>
          <option value="administrator">do everything, and make accounts</option>
        </select>
      </label>
      <button type="submit">Make the account</button>
    </form>
  );
}

/** The own password, and for administrators everybody's accounts. */
export function AccountPage({ assets, access, staff, notice, problem, madeLink }: AccountPageProps) {
  return (
    <Shell title="Account" assets={assets} access={access} current={path}>
      <h1>Account</h1>
      <Notice text={notice} />
      <Notice text={problem} kind="warning" />
      {madeLink ? (
        <article>
          <p>
            Send this link to <strong>{madeLink.username}</strong>. It is shown only now, good once and for three days:
          </p>
          <input type="text" readonly value={madeLink.url} aria-label={`Set-up link of ${madeLink.username}`} />
        </article>
      ) : null}
      {staff === undefined ? null : (
        <section>
          <h2>Who may sign in</h2>
          <div class="overflow-auto">
            <table>
              <thead>
                <tr>
                  <th scope="col">User</th>
                  <th scope="col">Role</th>
                  <th scope="col">State</th>
                  <th scope="col">Last here</th>
                  <th scope="col">Change</th>
                </tr>
              </thead>
              <tbody>
                {staff.map((member) => (
                  <StaffRow staff={member} isSelf={member.id === access.staffId} />
                ))}
              </tbody>
            </table>
          </div>
          <h2>A new account</h2>
          <NewStaffForm />
        </section>
      )}
      <h2>Your password</h2>
      <PasswordForm />
    </Shell>
  );
}

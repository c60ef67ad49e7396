import { CodedError } from "@repo/contracts/coded-error";
import {
  changePasswordRoute,
  changeStaffRoute,
  listStaffRoute,
  registerStaffRoute,
  setupLinkRoute,
  signOutRoute,
  staffLoginRoute,
  studentLoginRoute,
  whoAmIRoute,
} from "@repo/contracts/exam-sign-in";
import type { Server } from "@repo/server-kit/server";
import { accessOf } from "../../access.ts";
import { mountFor } from "../../mount-guarded.ts";
import { readSessionToken } from "../../people/create-access-control.ts";
import type { People } from "../../people/open-people.ts";
import type { StaffView } from "../../people/staff-rows.ts";
import { actorOf, idOf } from "../../request-actor.ts";
import type { SheetService } from "../../sheets/sheet-service.ts";

/** What {@link mountPeopleApi} needs. */
export interface PeopleApiParts {
  people: People;
  sheets: SheetService;
}

/** What wrong user names and wrong passwords are told alike. */
const wrongPassword = "The user name or the password is wrong.";

const toStaffBody = (staff: StaffView) => ({
  staff_id: staff.id,
  username: staff.username,
  full_name: staff.fullName,
  email: staff.email,
  role: staff.role,
  is_active: staff.isActive,
  has_password: staff.hasPassword,
  created_at: staff.createdAt.toISOString(),
  last_login_at: staff.lastLoginAt?.toISOString() ?? null,
});

/** Mounts the routes with which people sign in and out, and administrators manage who may. */
export function mountPeopleApi(server: Server, { people, sheets }: PeopleApiParts): void {
  const { accounts, setup, staffSessions, studentSessions, studentSignIn, toSetupUrl } = people;

  mountFor(server, "public", staffLoginRoute, async ({ username, password }, { headers }) => {
    const staff = await accounts.check(username, password);
    if (staff === undefined) throw new CodedError("unauthorized", wrongPassword);
    const { token, expiresAt } = await staffSessions.start(staff.id);
    headers.set("cache-control", "no-store");
    const expiresIn = Math.round((expiresAt.getTime() - Date.now()) / 1_000);
    return {
      access_token: token,
      token_type: "bearer" as const,
      expires_in: expiresIn,
      staff_id: staff.id,
      username: staff.username,
      role: staff.role,
    };
  });

  mountFor(server, "public", studentLoginRoute, async ({ username, password, register_number: registerNumber }, { headers }) => {
    const signedIn = await studentSignIn.signIn({ username, password, registerNumber });
    if (signedIn === undefined) throw new CodedError("unauthorized", "Moodle does not accept this user name and password.");
    const { token, session } = signedIn;
    headers.set("cache-control", "no-store");
    const { total } = await sheets.list({ status: ["VALIDATED", "READY_FOR_REVIEW"] }, { limit: 1 }, { kind: "student", registerNumber });
    return {
      success: true as const,
      session_id: token,
      moodle_user_id: session.moodleUserId,
      moodle_username: session.moodleUsername,
      full_name: session.fullName,
      register_number: session.registerNumber,
      expires_at: session.expiresAt.toISOString(),
      pending_submissions: total,
    };
  });

  mountFor(server, "anyone", signOutRoute, async (_body, { request }) => {
    const token = readSessionToken(request.headers)?.token ?? "";
    await Promise.all([staffSessions.end(token), studentSessions.end(token)]);
    return { success: true as const };
  });
  mountFor(server, "anyone", whoAmIRoute, (_body, context) => {
    const { kind, staffId = null, registerNumber = null } = accessOf(context);
    return { kind, staff_id: staffId, register_number: registerNumber };
  });
  mountFor(server, "staff", changePasswordRoute, async ({ current_password: current, new_password: next }, context) => {
    await accounts.changePassword(accessOf(context).staffId ?? "", { current, next });
    return { success: true as const };
  });

  mountFor(server, "administrator", registerStaffRoute, async ({ full_name: fullName, ...staff }, context) => {
    const created = await accounts.create({ ...staff, fullName }, actorOf(context));
    context.headers.set("cache-control", "no-store");
    return {
      message: `The account ${created.staff.username} was made.`,
      staff_id: created.staff.id,
      set_up_url: created.setupToken === undefined ? null : toSetupUrl(created.setupToken),
    };
  });
  mountFor(server, "administrator", listStaffRoute, async () => ({ staff: (await accounts.list()).map(toStaffBody) }));
  mountFor(server, "administrator", changeStaffRoute, async ({ is_active: isActive, role, full_name: fullName }, context) =>
    toStaffBody(await accounts.change(idOf(context), { isActive, role, fullName }, actorOf(context))),
  );
  mountFor(server, "administrator", setupLinkRoute, async (_body, context) => {
    context.headers.set("cache-control", "no-store");
    return { set_up_url: toSetupUrl(await setup.create(idOf(context), actorOf(context))) };
  });
}

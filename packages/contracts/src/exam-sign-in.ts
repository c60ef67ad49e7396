/** Routes of exam-middleware with which people sign in, and administrators manage who may; names as the original has them. */
import { z } from "zod";
import { defineRoute } from "./route.ts";
import { storableText } from "./storable-text.ts";

const password = z.string().min(1).max(1_024);
const username = z.string().trim().min(1).max(200);
const role = z.enum(["staff", "administrator"]);

/** An account. */
export const staffBody = z.object({
  staff_id: z.uuid(),
  username: z.string(),
  full_name: z.string().nullable(),
  email: z.string().nullable(),
  role,
  is_active: z.boolean(),
  has_password: z.boolean().describe("false: the set-up link was not used yet."),
  created_at: z.iso.datetime(),
  last_login_at: z.iso.datetime().nullable(),
});

/** `POST /auth/staff/login`: OAuth 2's password form. */
export const staffLoginRoute = defineRoute({
  method: "POST",
  path: "/auth/staff/login",
  family: "fastapi",
  summary: "Sign in as staff",
  description: "After five wrong passwords every further try waits, up to a minute: 429 with Retry-After.",
  bodies: ["form", "json", "multipart"],
  request: z.object({ username, password }),
  response: z.object({
    access_token: z.string().describe("Send it as `Authorization: Bearer <token>`."),
    token_type: z.literal("bearer"),
    expires_in: z.number().int().describe("Seconds; being used keeps a session going, up to 12 hours."),
    staff_id: z.uuid(),
    username: z.string(),
    role,
  }),
});

/** `POST /auth/student/login`. */
export const studentLoginRoute = defineRoute({
  method: "POST",
  path: "/auth/student/login",
  family: "fastapi",
  summary: "Sign in as a student, with the Moodle account",
  request: z.object({ username, password, register_number: z.string().trim().max(40) }),
  response: z.object({
    success: z.literal(true),
    session_id: z.string().describe("Send it as `X-Session-ID`."),
    moodle_user_id: z.number().int(),
    moodle_username: z.string(),
    full_name: z.string().nullable(),
    register_number: z.string(),
    expires_at: z.iso.datetime(),
    pending_submissions: z.number().int().describe("Papers that wait to be submitted."),
  }),
});

/** `POST /auth/sign-out`. */
export const signOutRoute = defineRoute({
  method: "POST",
  path: "/auth/sign-out",
  family: "fastapi",
  summary: "End the session that the request brings",
  bodies: ["json", "query"],
  request: z.unknown(),
  response: z.object({ success: z.literal(true) }),
});

/** `GET /auth/me`. */
export const whoAmIRoute = defineRoute({
  method: "GET",
  path: "/auth/me",
  family: "fastapi",
  summary: "Who is signed in",
  response: z.object({
    kind: z.enum(["staff", "administrator", "student"]),
    staff_id: z.uuid().nullable(),
    register_number: z.string().nullable(),
  }),
});

/** `POST /auth/staff/password`. */
export const changePasswordRoute = defineRoute({
  method: "POST",
  path: "/auth/staff/password",
  family: "fastapi",
  summary: "Change the own password",
  description: "Every session of the account ends; sign in again.",
  request: z.object({ current_password: password, new_password: password }),
  response: z.object({ success: z.literal(true) }),
});

/** `POST /auth/staff/register`. */
export const registerStaffRoute = defineRoute({
  method: "POST",
  path: "/auth/staff/register",
  family: "fastapi",
  summary: "Make an account for staff",
  description:
    "Without a password the answer has a link with which the person chooses one. Fields may stand in the query, but a password there ends in logs.",
  bodies: ["json", "form", "query"],
  request: z.object({
    username,
    password: password.optional(),
    email: z.email().max(200).optional(),
    full_name: storableText(200).optional(),
    role: role.default("staff"),
  }),
  response: z.object({ message: z.string(), staff_id: z.uuid(), set_up_url: z.url().nullable().describe("Good once, for three days.") }),
});

/** `GET /admin/staff`. */
export const listStaffRoute = defineRoute({
  method: "GET",
  path: "/admin/staff",
  family: "fastapi",
  summary: "Every account of staff",
  response: z.object({ staff: z.array(staffBody) }),
});

/** `PUT /admin/staff/{id}`. */
export const changeStaffRoute = defineRoute({
  method: "PUT",
  path: "/admin/staff/:id",
  family: "fastapi",
  summary: "Disable or enable an account, or change its role",
  request: z.object({ is_active: z.boolean().optional(), role: role.optional(), full_name: storableText(200).optional() }),
  response: staffBody,
});

/** `POST /admin/staff/{id}/set-up-link`. */
export const setupLinkRoute = defineRoute({
  method: "POST",
  path: "/admin/staff/:id/set-up-link",
  family: "fastapi",
  summary: "A new link to choose a password; earlier ones are void",
  bodies: ["json", "query"],
  request: z.unknown(),
  response: z.object({ set_up_url: z.url() }),
});

import { randomBytes } from "node:crypto";
import { listen } from "@repo/server-kit/listen";
import { type Context, Hono } from "hono";

/** A person in the fake. */
export interface FakeUser {
  id: number;
  username: string;
  password: string;
  fullName: string;
  idNumber?: string;
}

/** An assignment in the fake. */
export interface FakeAssignment {
  id: number;
  courseId: number;
  cmid: number;
  name: string;
  /** true: what is saved is a draft until it is submitted for grading. */
  submissionDrafts: boolean;
  /** User names; nobody else may see it. */
  students: string[];
  isLocked?: boolean;
}

interface FakeSubmission {
  id: number;
  status: "new" | "draft" | "submitted";
  files: { filename: string; filesize: number; bytes: Uint8Array }[];
}

/** What goes wrong at the next call of a function or script. */
export interface Fault {
  /** Name of the web-service function, or token.php, upload.php. */
  at: string;
  kind: "http-503" | "http-429" | "html" | "hang" | "hang-after" | "cut-before" | "cut-after" | "exception";
  errorcode?: string;
  /** How many calls; default 1. */
  times?: number;
}

/** A Moodle that follows its web-service protocol, with everything in memory. */
export interface FakeMoodle {
  url: string;
  /** Every call that reached it: function and user. */
  calls: { at: string; username: string | undefined }[];
  /** How often a submission was put in: saved, or handed in for grading. */
  changes: { at: "save" | "submit"; username: string; assignmentId: number; files: string[] }[];
  fail(fault: Fault): void;
  /** Makes a token one of a user's. */
  allow(token: string, username: string): void;
  /** Makes every token of a user worthless. */
  revoke(username: string): void;
  submissionOf(username: string, assignmentId: number): FakeSubmission | undefined;
  /** As if the student had handed in nothing. */
  reset(username: string, assignmentId: number): void;
  /** What the student does in Moodle by hand. */
  submitByHand(username: string, assignmentId: number, filename: string): void;
  close(): Promise<void>;
}

const exceptionOf = (errorcode: string, message: string) => ({ exception: "moodle_exception", errorcode, message });
const scriptErrorOf = (errorcode: string, error: string) => ({
  error,
  errorcode,
  stacktrace: null,
  debuginfo: null,
  reproductionlink: null,
});

/** Ends the connection without an answer. */
function cut(c: Context): Response {
  (c.env as { incoming: { socket: { destroy(): void } } }).incoming.socket.destroy();
  return c.body(null);
}

/** What goes wrong before Moodle does anything. */
function answerEarly(c: Context, at: string, fault: Fault): Response | Promise<Response> | undefined {
  if (fault.kind === "http-503") return c.text("Service Unavailable", 503);
  if (fault.kind === "http-429") return c.text("slow down", 429, { "retry-after": "2" });
  if (fault.kind === "html") return c.html("<html><h1>Site under maintenance</h1></html>");
  if (fault.kind === "hang") return new Promise<Response>(() => {});
  if (fault.kind === "cut-before") return cut(c);
  if (fault.kind === "exception") {
    const code = fault.errorcode ?? "dmlwriteexception";
    return c.json(at.endsWith(".php") ? scriptErrorOf(code, "Something <b>failed</b>") : exceptionOf(code, "Something <b>failed</b>"));
  }
  return undefined;
}

/** Starts one on a free port. */
// oxlint-disable-next-line max-lines-per-function -- the whole protocol over one state
export async function startFakeMoodle(world: { users: FakeUser[]; assignments: FakeAssignment[] }): Promise<FakeMoodle> {
  const tokens = new Map<string, FakeUser>();
  const drafts = new Map<number, { owner: string; files: FakeSubmission["files"] }>();
  const submissions = new Map<string, FakeSubmission>();
  const faults: Fault[] = [];
  const calls: FakeMoodle["calls"] = [];
  const changes: FakeMoodle["changes"] = [];
  let nextId = 1_000;
  const app = new Hono();
  const keyOf = (username: string, assignmentId: number) => `${username}/${assignmentId}`;

  /** Does what was ordered to go wrong around a call; Moodle answers 200 whatever happens. */
  async function answer(c: Context, at: string, username: string | undefined, work: () => unknown): Promise<Response> {
    calls.push({ at, username });
    const fault = faults.find((candidate) => candidate.at === at);
    if (fault !== undefined) {
      fault.times = (fault.times ?? 1) - 1;
      if (fault.times <= 0) faults.splice(faults.indexOf(fault), 1);
    }
    const early = fault && answerEarly(c, at, fault);
    if (early !== undefined) return await early;
    const result = work();
    if (fault?.kind === "hang-after") return await new Promise<Response>(() => {});
    return fault?.kind === "cut-after" ? cut(c) : c.json(result as object);
  }

  app.post("/login/token.php", async (c) => {
    const { username = "", password = "", service = "" } = (await c.req.parseBody()) as Record<string, string>;
    return await answer(c, "token.php", username, () => {
      if (service !== "moodle_mobile_app") return scriptErrorOf("servicenotavailable", "Web service is not available");
      const user = world.users.find((candidate) => candidate.username === username.trim().toLowerCase() && candidate.password === password);
      if (user === undefined) return scriptErrorOf("invalidlogin", "Invalid login, please try again");
      const known = [...tokens].find(([, owner]) => owner === user)?.[0];
      const token = known ?? randomBytes(16).toString("hex");
      tokens.set(token, user);
      return { token, privatetoken: null };
    });
  });

  app.post("/webservice/upload.php", async (c) => {
    if (!(c.req.header("content-type") ?? "").startsWith("multipart/form-data")) return c.json([]);
    const { token, filearea, itemid, filepath, ...fields } = await c.req.parseBody();
    const user = tokens.get(typeof token === "string" ? token : "");
    const files = await Promise.all(
      Object.values(fields)
        .filter((field) => field instanceof File)
        .map(async (file) => ({ filename: file.name, filesize: file.size, bytes: new Uint8Array(await file.arrayBuffer()) })),
    );
    return await answer(c, "upload.php", user?.username, () => {
      if (user === undefined) return scriptErrorOf("invalidtoken", "Invalid token - token not found");
      if (filearea !== "draft") return scriptErrorOf("privatefilesupload", "Upload to the private area is not allowed");
      const id = Number(itemid) > 0 ? Number(itemid) : (nextId += 1);
      const draft = drafts.get(id) ?? { owner: user.username, files: [] };
      draft.files.push(...files);
      drafts.set(id, draft);
      const common = { component: "user", contextid: 5, userid: String(user.id), filearea, filepath, itemid: id };
      return files.map(({ filename }) => ({ ...common, filename, license: "unknown", author: user.fullName, source: "" }));
    });
  });

  function assignmentFor(user: FakeUser, id: number): FakeAssignment | undefined {
    return world.assignments.find((assignment) => assignment.id === id && assignment.students.includes(user.username));
  }

  const functions: Record<string, (user: FakeUser, fields: Record<string, string>) => unknown> = {
    core_webservice_get_site_info: (user) => ({
      sitename: "Fake",
      username: user.username,
      userid: user.id,
      fullname: user.fullName,
      functions: [],
    }),
    core_user_get_users_by_field: (user, fields) =>
      Number(fields["values[0]"]) === user.id
        ? [{ id: user.id, username: user.username, ...(user.idNumber && { idnumber: user.idNumber }) }]
        : [],
    core_course_get_course_module: (_user, fields) => {
      const found = world.assignments.find(({ cmid }) => cmid === Number(fields["cmid"]));
      if (found === undefined) return exceptionOf("invalidcoursemodule", "Invalid course module ID");
      return { cm: { id: found.cmid, course: found.courseId, modname: "assign", instance: found.id, name: found.name }, warnings: [] };
    },
    mod_assign_get_submission_status: (user, fields) => {
      const assignment = assignmentFor(user, Number(fields["assignid"]));
      if (assignment === undefined) return exceptionOf("requireloginerror", "Course or activity not accessible.");
      const submission = submissions.get(keyOf(user.username, assignment.id));
      const isOpen = assignment.isLocked !== true && submission?.status !== "submitted";
      const files = (submission?.files ?? []).map(({ filename, filesize }) => ({ filename, filesize, filepath: "/" }));
      return {
        lastattempt: {
          ...(submission && {
            submission: {
              id: submission.id,
              userid: user.id,
              status: submission.status,
              plugins: [
                { type: "file", name: "File submissions", fileareas: [{ area: "submission_files", files }] },
                { type: "comments", name: "Submission comments" },
              ],
            },
          }),
          submissionsenabled: true,
          locked: assignment.isLocked ?? false,
          canedit: isOpen,
          cansubmit: isOpen && submission?.status === "draft",
        },
        warnings: [],
      };
    },
    mod_assign_save_submission: (user, fields) => {
      const assignment = assignmentFor(user, Number(fields["assignmentid"]));
      if (assignment === undefined) return exceptionOf("requireloginerror", "Course or activity not accessible.");
      const draft = drafts.get(Number(fields["plugindata[files_filemanager]"]));
      const before = submissions.get(keyOf(user.username, assignment.id));
      const warn = (item: string) => [
        { item, itemid: assignment.id, warningcode: "couldnotsavesubmission", message: "Could not save submission." },
      ];
      if (assignment.isLocked === true) return warn("This assignment is not accepting submissions");
      if (before?.status === "submitted") return warn("You have already submitted");
      if (draft?.owner !== user.username || draft.files.length === 0) return warn("Nothing was submitted");
      const status = assignment.submissionDrafts ? "draft" : "submitted";
      submissions.set(keyOf(user.username, assignment.id), { id: before?.id ?? (nextId += 1), status, files: [...draft.files] });
      changes.push({
        at: "save",
        username: user.username,
        assignmentId: assignment.id,
        files: draft.files.map(({ filename }) => filename),
      });
      return [];
    },
    mod_assign_submit_for_grading: (user, fields) => {
      const assignment = assignmentFor(user, Number(fields["assignmentid"]));
      const submission = submissions.get(keyOf(user.username, assignment?.id ?? 0));
      if (assignment === undefined || submission?.status !== "draft" || fields["acceptsubmissionstatement"] !== "1") {
        return [{ itemid: 0, warningcode: "couldnotsubmitforgrading", message: "Could not submit for grading." }];
      }
      submission.status = "submitted";
      changes.push({
        at: "submit",
        username: user.username,
        assignmentId: assignment.id,
        files: submission.files.map(({ filename }) => filename),
      });
      return [];
    },
  };

  app.post("/webservice/rest/server.php", async (c) => {
    const { wstoken = "", wsfunction = "", moodlewsrestformat, ...fields } = (await c.req.parseBody()) as Record<string, string>;
    if (moodlewsrestformat !== "json") return c.text("<?xml version='1.0'?><EXCEPTION/>");
    const user = tokens.get(wstoken);
    return await answer(c, wsfunction, user?.username, () => {
      if (user === undefined) return exceptionOf("invalidtoken", "Invalid token - token not found");
      return (
        functions[wsfunction]?.(user, fields) ??
        exceptionOf("invalidrecord", "Can't find data record in database table external_functions.")
      );
    });
  });

  const listener = await listen({ app }, { port: 0, hostname: "127.0.0.1" });
  return {
    url: listener.url,
    calls,
    changes,
    fail: (fault) => void faults.push({ ...fault }),
    allow: (token, username) => {
      const user = world.users.find((candidate) => candidate.username === username);
      if (user !== undefined) tokens.set(token, user);
    },
    revoke: (username) => {
      for (const [token, user] of tokens) if (user.username === username) tokens.delete(token);
    },
    submissionOf: (username, assignmentId) => submissions.get(keyOf(username, assignmentId)),
    reset: (username, assignmentId) => void submissions.delete(keyOf(username, assignmentId)),
    submitByHand: (username, assignmentId, filename) =>
      void submissions.set(keyOf(username, assignmentId), {
        id: (nextId += 1),
        status: "submitted",
        files: [{ filename, filesize: 4, bytes: new Uint8Array(4) }],
      }),
    close: async () => await listener.close({ force: true }),
  };
}

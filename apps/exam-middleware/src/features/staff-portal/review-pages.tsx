import { readForm } from "@repo/app-kit/page-forms";
import { normalizeEntry } from "@repo/contracts/answer-sheet-options";
import { CodedError } from "@repo/contracts/coded-error";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import type { SheetField } from "../../schema.ts";
import type { Correction } from "../../sheets/sheet-service.ts";
import type { SheetDetails } from "../../sheets/sheet-views.ts";
import { readReviewAddress, type ReviewAddress, toReviewPath } from "./review-address.ts";
import { ReviewItem, type ReviewItemProps, type Typed } from "./review-item.tsx";
import { ReviewPage } from "./review-page.tsx";
import type { PageContext } from "./staff-portal-parts.ts";
import { idFormat, readStaff, readText, readVersion, type StaffRequest, wantsFragment } from "./staff-request.ts";

type Read = (name: string) => string | undefined;

/**
 * What a form says a field is: what was typed, or else the reading that was chosen, or else what was shown.
 * Without scripts a chosen reading does not reach the text field, so both are looked at.
 */
function readValue(read: Read, field: SheetField): string {
  const [typed, shown] = [normalizeEntry(read(field) ?? ""), normalizeEntry(read(`${field}_shown`) ?? "")];
  return typed === shown ? normalizeEntry(read(`${field}_choice`) ?? shown) : typed;
}

/** What the person changed; undefined: nothing. */
function readCorrection(read: Read, sheet: SheetDetails): Correction | undefined {
  const [registerNumber, subjectCode] = [readValue(read, "register_number"), readValue(read, "subject_code")];
  const examType = readText(read("exam_type"), 20);
  const correction = {
    ...(registerNumber === (sheet.registerNumber ?? "") ? {} : { registerNumber }),
    ...(subjectCode === (sheet.subjectCode ?? "") ? {} : { subjectCode }),
    ...(examType === undefined || examType === sheet.examType ? {} : { examType }),
  };
  return Object.keys(correction).length === 0 ? undefined : correction;
}

/** What is shown after a form: the next sheet, or the same one with what is wrong. */
interface Decided {
  address: ReviewAddress;
  notice?: string;
  problem?: string;
  /** Shown again instead of the next one. */
  again?: { sheet: SheetDetails; typed: Typed };
}

/** Mounts the review queue. */
export function mountReviewPages(server: Server, { parts, pages }: PageContext): void {
  const { sheets } = parts;

  const findNext = async ({ access }: StaffRequest, address: ReviewAddress): Promise<Pick<ReviewItemProps, "sheet" | "total">> => {
    const { examType, reason, subjectCode, skip } = address;
    const { sheets: found, total } = await sheets.reviewQueue({ examType, reason, subjectCode }, { limit: 1, offset: skip });
    const [next] = found;
    return { sheet: next && (await sheets.get(next.id, access)), total };
  };

  /** Another person was faster, or the value cannot be: what to show, with the sheet as it is now. */
  const explain = async (staff: StaffRequest, id: string, read: Read, error: CodedError): Promise<Decided> => {
    const address = readReviewAddress(read);
    if (error.code === "not_found") return { address, problem: "Somebody has deleted that sheet in between." };
    const sheet = await sheets.get(id, staff.access);
    if (error.code === "conflict" && sheet.status !== "PENDING_REVIEW" && sheet.status !== "FAILED") {
      const value = [sheet.registerNumber, sheet.subjectCode].filter((part) => part !== null).join(" ");
      return {
        address,
        problem: `Somebody else has decided on ${sheet.originalFilename} in between: ${value}. Nothing was changed. Here is the next one.`,
      };
    }
    const wasChanged = error.code === "conflict" && sheet.version !== Number(read("version"));
    return {
      address,
      problem: wasChanged ? `This sheet has changed in between; this is how it is now. ${error.message}` : error.message,
      again: { sheet, typed: wasChanged ? {} : { register_number: read("register_number"), subject_code: read("subject_code") } },
    };
  };

  const decide = async (staff: StaffRequest, read: Read): Promise<Decided> => {
    const address = readReviewAddress(read);
    if (read("action") === "skip") return { address: { ...address, skip: address.skip + 1 } };
    const id = readText(read("id"), 36) ?? "";
    if (!idFormat.test(id)) throw new CodedError("invalid_request", "The form names no sheet.");
    try {
      const change = { version: readVersion(read("version")), actor: staff.actor };
      const sheet = await sheets.get(id, staff.access);
      const correction = readCorrection(read, sheet);
      const decided = await (correction === undefined ? sheets.accept(id, change) : sheets.correct(id, correction, change));
      const verb = correction === undefined ? "Accepted" : "Corrected";
      return {
        // A sheet that stays in the queue, say as a duplicate, is passed over in this sitting.
        address: decided.status === "PENDING_REVIEW" ? { ...address, skip: address.skip + 1 } : { ...address, done: address.done + 1 },
        notice: `${verb}: ${decided.registerNumber ?? "no number"} ${decided.subjectCode ?? "no subject"}.`,
      };
    } catch (thrown) {
      if (!CodedError.isInstance(thrown) || !["conflict", "invalid_request", "not_found"].includes(thrown.code)) throw thrown;
      return await explain(staff, id, read, thrown);
    }
  };

  server.app.get("/portal/staff/review", (c) =>
    pages.page(c, async () => {
      const staff = await readStaff(parts, c);
      const address = readReviewAddress((name) => c.req.query(name));
      return <ReviewPage {...{ parts, address }} access={staff.access} {...await findNext(staff, address)} />;
    }),
  );

  const show = async (c: Context<ServerEnvironment>, staff: StaffRequest, { address, again, notice, problem }: Decided) => {
    const next = await findNext(staff, address);
    const props = { parts, address, notice, problem, ...next, ...again };
    return wantsFragment(c) ? <ReviewItem {...props} /> : <ReviewPage access={staff.access} {...props} />;
  };
  server.app.post("/portal/staff/review", (c) => {
    const respond = wantsFragment(c) ? pages.fragment : pages.page;
    return respond(c, async () => {
      const staff = await readStaff(parts, c);
      const decided = await decide(staff, await readForm(c));
      // A page that was got can be loaded again without deciding again.
      if (!wantsFragment(c) && decided.problem === undefined) return c.redirect(toReviewPath(decided.address), 303);
      if (decided.problem !== undefined) c.status(decided.again === undefined ? 409 : 422);
      return await show(c, staff, decided);
    });
  });
}

import type { Assets } from "@repo/app-kit/load-assets";
import { limitForms, readForm, redirectWithNotice } from "@repo/app-kit/page-forms";
import { createPageResponder } from "@repo/app-kit/page-responder";
import { CodedError } from "@repo/contracts/coded-error";
import type { Server, ServerEnvironment } from "@repo/server-kit/server";
import type { Context } from "hono";
import { type Access, type Actor, assertRole, toActor } from "../../access.ts";
import type { People } from "../../people/open-people.ts";
import type { StaffRole } from "../../people/staff-rows.ts";
import { parseId } from "../../request-actor.ts";
import { answerSignIn } from "../../ui/answer-sign-in.ts";
import { Shell } from "../../ui/shell.tsx";
import { AccountPage, type AccountPageProps } from "./account-page.tsx";

/** What {@link mountAccounts} needs of the app. */
export interface AccountsParts {
  assets: Assets;
  people: People;
}

const path = "/portal/staff/account";
const maxFormBytes = 16 * 1024;
const notices: Readonly<Record<string, string>> = { changed: "It is done." };
/** What a form may do to an account. */
const changes: Readonly<Record<string, { isActive?: boolean; role?: StaffRole }>> = {
  disable: { isActive: false },
  enable: { isActive: true },
  promote: { role: "administrator" },
  demote: { role: "staff" },
};

/** Text as a database can hold it; undefined when it is empty. */
const toText = (text: string | undefined): string | undefined =>
  (text ?? "").replaceAll("\0", "").toWellFormed().trim().slice(0, 200) || undefined;

/** Mounts the pages of the own password, and of everybody's accounts for administrators. */
export function mountAccounts(server: Server, { assets, people }: AccountsParts): void {
  const { app } = server;
  const { access, accounts, setup, toSetupUrl } = people;
  const pages = createPageResponder(server, {
    Shell: ({ title, children }) => (
      <Shell title={title} assets={assets} access={undefined}>
        {children}
      </Shell>
    ),
    back: "Back to the start",
    answerInstead: answerSignIn("staff"),
  });
  for (const forms of [path, `${path}/*`]) {
    app.use(forms, limitForms(maxFormBytes), async (c, next) => {
      await next();
      c.header("cache-control", "no-store");
    });
  }

  const readStaff = async (c: Context<ServerEnvironment>): Promise<Access> => {
    const who = await access.authorize(c.req.raw.headers);
    assertRole(who, "staff");
    return who;
  };
  const readAdministrator = async (c: Context<ServerEnvironment>): Promise<{ who: Access; actor: Actor }> => {
    const who = await readStaff(c);
    assertRole(who, "administrator");
    return { who, actor: toActor(who, c.get("state").requestId) };
  };
  const show = async (who: Access, extra: Partial<AccountPageProps> = {}) => (
    <AccountPage assets={assets} access={who} staff={who.kind === "administrator" ? await accounts.list() : undefined} {...extra} />
  );
  /** What a person can mend is said on the page. */
  const orExplain = async <Result,>(c: Context<ServerEnvironment>, who: Access, work: () => Promise<Result>) => {
    try {
      return await work();
    } catch (thrown) {
      if (!CodedError.isInstance(thrown) || thrown.status >= 500) throw thrown;
      c.status(thrown.status as 400);
      return await show(who, { problem: thrown.message });
    }
  };

  app.get(path, (c) => pages.page(c, async () => await show(await readStaff(c), { notice: notices[c.req.query("notice") ?? ""] })));
  app.post(`${path}/password`, (c) =>
    pages.page(c, async () => {
      const who = await readStaff(c);
      const read = await readForm(c);
      return await orExplain(c, who, async () => {
        const next = read("next") ?? "";
        if (next !== read("again")) throw new CodedError("invalid_request", "The two new passwords differ.");
        await accounts.changePassword(who.staffId ?? "", { current: read("current") ?? "", next });
        return redirectWithNotice(c, "/portal/staff/sign-in", { notice: "password-changed" });
      });
    }),
  );
  app.post(`${path}/new`, (c) =>
    pages.page(c, async () => {
      const { who, actor } = await readAdministrator(c);
      const read = await readForm(c);
      return await orExplain(c, who, async () => {
        const role: StaffRole = read("role") === "administrator" ? "administrator" : "staff";
        const { staff, setupToken } = await accounts.create(
          { username: read("username") ?? "", fullName: toText(read("full_name")), role },
          actor,
        );
        return await show(who, { madeLink: { username: staff.username, url: toSetupUrl(setupToken ?? "") } });
      });
    }),
  );
  app.post(`${path}/:id/link`, (c) =>
    pages.page(c, async () => {
      const { who, actor } = await readAdministrator(c);
      return await orExplain(c, who, async () => {
        const id = parseId(c.req.param("id"));
        const token = await setup.create(id, actor);
        const username = (await accounts.list()).find((staff) => staff.id === id)?.username ?? "";
        return await show(who, { madeLink: { username, url: toSetupUrl(token) } });
      });
    }),
  );
  app.post(`${path}/:id/:change`, (c) =>
    pages.page(c, async () => {
      const { who, actor } = await readAdministrator(c);
      return await orExplain(c, who, async () => {
        const change = changes[c.req.param("change")];
        if (change === undefined) throw new CodedError("not_found", "There is nothing at this path.");
        await accounts.change(parseId(c.req.param("id")), change, actor);
        return redirectWithNotice(c, path, { notice: "changed" });
      });
    }),
  );
}

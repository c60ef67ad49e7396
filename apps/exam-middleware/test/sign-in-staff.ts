import { randomUUID } from "node:crypto";
import { openDatabase } from "@repo/app-kit/open-database";
import { migrationsFolder } from "../src/open-exam-database.ts";
import { createStaffSessions } from "../src/people/staff-sessions.ts";
import { staffUsers } from "../src/schema.ts";

/**
 * A member of staff who is signed in: put into the database before the app opens it.
 * @returns the session's token, for the cookie
 */
export async function signInStaff(directory: string): Promise<string> {
  const database = await openDatabase({ directory, migrationsFolder });
  const id = randomUUID();
  await database.db.insert(staffUsers).values({ id, username: "maria", role: "staff" });
  const { token } = await createStaffSessions(database.db, 3_600_000).start(id);
  await database.close();
  return token;
}

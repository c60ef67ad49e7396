/** A process that submits sheets, for tests that kill it: node submission-process.ts <database folder> <Moodle's address> [submit] */
import { artifacts } from "../src/schema.ts";
import { mapSubject, openTestSubmissions } from "./open-test-submissions.ts";

const [directory = "", moodleUrl = "", task] = process.argv.slice(2);
const opened = await openTestSubmissions({ directory, moodleUrl, moodleTimeoutMs: 60_000 });
if (task === "submit") {
  const registerNumber = "212223060001";
  await mapSubject(opened.database, "19AI405", 11);
  const token = await opened.moodle.signIn("ada", "pw");
  const { session } = await opened.sessions.start({ registerNumber, moodleUserId: 7, moodleUsername: "ada", fullName: null }, token);
  const id = await opened.addSheet({ registerNumber, subjectCode: "19AI405", content: "one sheet" });
  await opened.service.submit(id, { registerNumber, sessionId: session.sessionId });
}
const look = setInterval(() => {
  void opened.database.db
    .select()
    .from(artifacts)
    .then(([row]) => {
      if (row?.workflowStatus !== "COMPLETED") return;
      clearInterval(look);
      process.stdout.write("COMPLETED\n");
      void opened.close().then(() => process.exit(0));
    });
}, 100);

/** Command: a new link with which an administrator chooses a password. `pnpm set-up-link [user name]` in this package. */
import { CodedError } from "@repo/contracts/coded-error";
import { readConfig } from "./config.ts";
import { openExamDatabase } from "./open-exam-database.ts";
import { toBanner } from "./people/announce-first-setup.ts";
import { openPeople } from "./people/open-people.ts";

try {
  const config = readConfig();
  const database = await openExamDatabase(config, () => undefined);
  const { setup, toSetupUrl } = openPeople(database.db, config);
  const { token, username } = await setup.recover(process.argv[2]);
  const lines = ["Open this link once, within three days, to choose a password:", toSetupUrl(token)];
  process.stdout.write(toBanner(`exam-middleware: set-up link of ${username}`, lines));
  await database.close();
} catch (thrown) {
  if (!CodedError.isInstance(thrown)) throw thrown;
  process.stderr.write(`${thrown.message}\n`);
  process.exitCode = 1;
}

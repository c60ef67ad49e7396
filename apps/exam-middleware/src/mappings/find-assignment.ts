import { CodedError } from "@repo/contracts/coded-error";
import type { Secret } from "@repo/server-kit/secret";
import type { Moodle, MoodleAssignment } from "../moodle/moodle.ts";

/**
 * The assignment whose page has this id in its address.
 * @throws CodedError model_unavailable where Moodle or its token for looking is not set, wrong or away; not_found
 */
export async function findAssignment(
  { moodle, adminToken }: { moodle: Moodle | undefined; adminToken: Secret | undefined },
  courseModuleId: number,
): Promise<MoodleAssignment> {
  if (moodle === undefined || adminToken === undefined) {
    throw new CodedError("model_unavailable", "MOODLE_BASE_URL and MOODLE_ADMIN_TOKEN are needed to look assignments up.");
  }
  try {
    return await moodle.findAssignment(adminToken.reveal(), courseModuleId);
  } catch (thrown) {
    // Not the caller's sign-in is wrong.
    if (CodedError.isInstance(thrown) && thrown.code === "unauthorized") {
      throw new CodedError("model_unavailable", "Moodle does not accept MOODLE_ADMIN_TOKEN.", { cause: thrown });
    }
    throw thrown;
  }
}

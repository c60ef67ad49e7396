/**
 * A program that somebody wrote for Mem0's hosted service, with its address and key changed and nothing else. Prints what it
 * saw as JSON.
 */
import { MemoryClient } from "mem0ai";

const [host = "", apiKey = ""] = process.argv.slice(2);
const client = new MemoryClient({ host, apiKey });
await client.ping();
const added = await client.add([{ role: "user", content: "I love hiking in the Alps" }], { userId: "ada", metadata: { topic: "sport" } });
await client.add([{ role: "user", content: "My cat is called Tom" }], { userId: "ada" });
const found = await client.search("hiking", { filters: { AND: [{ user_id: "ada" }, { topic: "sport" }] } });
const listed = await client.getAll({ filters: { user_id: "ada" }, page: 1, pageSize: 1 });
const id = found.results[0]?.id ?? "";
await client.update(id, { text: "I love sailing" });
const got = await client.get(id);
const history = await client.history(id);
const users = await client.users();
await client.delete(id);
const left = await client.getAll({ filters: { user_id: "ada" } });
await client.deleteUsers({ userId: "ada" });
await client.deleteAll({ userId: "ada" });
const missing = await client.get(id).then(
  () => "found",
  (error: unknown) => (error as Error).name,
);
process.stdout.write(`${JSON.stringify({ added, found, listed, got, history, users, left, missing })}\n`);
// Its telemetry and its pooled connections would keep the process for a while.
process.exit(0);

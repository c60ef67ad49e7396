const people = ["Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Radia", "Leslie"];
const actions = ["prefers", "dislikes", "bought", "forgot", "is learning", "sold", "repaired", "dreams of"];
const things = ["green tea", "old maps", "the night train", "a red bicycle", "chess", "sourdough", "the cello", "tall ships", "moss"];
const places = ["Lisbon", "Oslo", "Kyoto", "Quito", "Tartu", "Cork", "Turin", "Accra", "Perth", "Riga", "Fez"];

const pick = (list: readonly string[], position: number): string => list[position % list.length] ?? "";

/** Text number `index`; all are different, and alike as people's memories are. */
export function toNumberedText(index: number): string {
  const [person, action] = [pick(people, index), pick(actions, Math.floor(index / people.length))];
  return `${person} ${action} ${pick(things, index)} in ${pick(places, index)}, which is note ${index} of the diary.`;
}

/** Lines of an import with these texts, as they are needed: a million take no memory. */
export function* generateLines(count: number, userId: string): Generator<string> {
  for (let index = 0; index < count; index += 1) {
    yield `${JSON.stringify({ memory: toNumberedText(index), user_id: userId, metadata: { number: index } })}\n`;
  }
}

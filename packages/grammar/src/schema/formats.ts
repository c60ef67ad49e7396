const octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])";
const leapYear = "(?:[0-9]{2}(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)";
const date =
  "(?:[0-9]{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12][0-9]|3[01])|(?:0[469]|11)-(?:0[1-9]|[12][0-9]|30)|02-(?:0[1-9]|1[0-9]|2[0-8]))" +
  `|${leapYear}-02-29)`;
const time = "(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\\.[0-9]{1,6})?(?:Z|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])";
const label = "[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?";
const hostname = `${label}(?:\\.${label}){0,3}`;
const urlCharacter = "(?:[A-Za-z0-9._~!$&'()*+,;=:@-]|%[0-9A-F]{2})";

/**
 * Patterns of the supported values of `format`, each a part of what the format allows (RFC 3339, 4122, 5321, 3986 and 2673),
 * so that what is written is valid wherever the format is checked.
 */
export const formatPatterns: Readonly<Record<string, string>> = {
  date,
  time,
  "date-time": `${date}T${time}`,
  uuid: "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}",
  email: `[a-z0-9]+(?:[._+-][a-z0-9]+){0,4}@${label}(?:\\.${label}){1,3}`,
  hostname,
  ipv4: `${octet}(?:\\.${octet}){3}`,
  uri: `https?://${hostname}(?::[1-9][0-9]{0,3})?(?:/${urlCharacter}*)*(?:\\?(?:${urlCharacter}|[/?])*)?(?:#(?:${urlCharacter}|[/?])*)?`,
};

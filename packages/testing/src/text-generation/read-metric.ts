/** A number of a Space's /metrics; 0 where the line is not there. @param line matches it, with the number as its group */
export async function readMetric(url: string, line: RegExp): Promise<number> {
  const metrics = await (await fetch(`${url}/metrics`)).text();
  return Number(line.exec(metrics)?.[1] ?? 0);
}

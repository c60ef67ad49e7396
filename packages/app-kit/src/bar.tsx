/**
 * A share as a bar. Not <meter>: browsers draw it each in their own way, and style it hardly at all.
 * @param share 0 to 1; what is beyond is drawn at the end
 * @param label what is measured; without it the bar is decoration beside a number
 */
export function Bar({ share, label }: { share: number; label?: string }) {
  const width = Math.round(Math.min(1, Math.max(0, share)) * 100);
  const role = label === undefined ? { "aria-hidden": "true" } : { role: "img", "aria-label": `${label}: ${width}%` };
  return (
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" {...role}>
      <rect class="bar-track" width="100" height="10" />
      <rect class="bar-fill" width={width} height="10" />
    </svg>
  );
}

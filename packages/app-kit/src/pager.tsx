/** What {@link Pager} needs. */
export interface PagerProps {
  /** Shown page, from 1. */
  page: number;
  perPage: number;
  /** Entries of all pages. */
  total: number;
  /** Address of a page by its number. */
  toAddress: (page: number) => string;
}

/** Links to the pages of a long list that begins with the newest; nothing when there is one page only. */
export function Pager({ page, perPage, total, toAddress }: PagerProps) {
  const last = Math.max(1, Math.ceil(total / perPage));
  if (last === 1) return null;
  return (
    <nav class="pages" aria-label="Pages">
      {page > 1 ? (
        <a href={toAddress(page - 1)} rel="prev">
          ← Newer
        </a>
      ) : (
        <span></span>
      )}
      <span>
        Page {page.toLocaleString("en")} of {last.toLocaleString("en")}
      </span>
      {page < last ? (
        <a href={toAddress(page + 1)} rel="next">
          Older →
        </a>
      ) : (
        <span></span>
      )}
    </nav>
  );
}

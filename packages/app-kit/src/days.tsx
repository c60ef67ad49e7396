/** Spans of time that a page of numbers per day offers, days. */
const spans = [7, 30, 90] as const;
const defaultSpan = 30;

/** The span of a page's address, e.g. of its parameter `days`; 30 where that names none. */
export function readSpan(given: string | undefined): number {
  return spans.find((days) => String(days) === given) ?? defaultSpan;
}

/** Tabs with the spans to choose from. */
export function SpanTabs({ span, toAddress }: { span: number; toAddress: (days: number) => string }) {
  return (
    <nav class="tabs" aria-label="Span of time">
      {spans.map((days) => (
        <a href={toAddress(days)} aria-current={days === span ? "page" : undefined}>
          {days} days
        </a>
      ))}
    </nav>
  );
}

/** What {@link DayTable} shows. */
export interface DayTableProps<Day extends { day: string }> {
  days: readonly Day[];
  /** Heading of each column, and what stands in it. */
  columns: readonly (readonly [name: string, toText: (day: Day) => string])[];
  /** Where a day leads. */
  toAddress: (day: string) => string;
}

/** The numbers behind the plots, newest day first, folded away. */
export function DayTable<Day extends { day: string }>({ days, columns, toAddress }: DayTableProps<Day>) {
  return (
    <details>
      <summary>The numbers</summary>
      <div class="table-scroll">
        <table>
          <thead>
            <tr>
              <th>Day (UTC)</th>
              {columns.map(([name]) => (
                <th class="number">{name}</th>
              ))}
            </tr>
          </thead>
          <tbody>
            {days.toReversed().map((day) => (
              <tr>
                <td>
                  <a href={toAddress(day.day)}>{day.day}</a>
                </td>
                {columns.map(([, toText]) => (
                  <td class="number">{toText(day)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

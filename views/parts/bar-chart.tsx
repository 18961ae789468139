import { scaleBand, scaleLinear } from 'd3-scale'
import { m } from '#messages'

export type DayCount = {
  /** `YYYY-MM-DD`, a day in the tournament's zone. */
  day: string
  count: number
}

export type BarChartProps = {
  /** What is counted; read out as the drawing's name. */
  title: string
  /** One entry a day, oldest first, days without any included. */
  days: DayCount[]
  /** Prefix of ids, other than `chart` where a page holds two. */
  id?: string
  lang?: string
}

const WIDTH = 600
const HEIGHT = 160
const TICKS = 4
const BAR_GAP = 0.25
/** Days named below the drawing, first and last among them. */
const NAMED_DAYS_MAX = 3

/** Counts a day as bars, drawn on the server; the figures themselves stand behind it in a table. */
export function BarChart({ title, days, id = 'chart', lang = 'en' }: BarChartProps) {
  const highest = Math.max(1, ...days.map((day) => day.count))
  const y = scaleLinear([0, highest], [HEIGHT, 0]).nice(Math.min(TICKS, highest))
  const x = scaleBand(
    days.map((day) => day.day),
    [0, WIDTH],
  ).padding(BAR_GAP)
  const ticks = y.ticks(Math.min(TICKS, highest)).filter(Number.isInteger)
  const summary = m.parts_chart_summary({
    title,
    total: sum(days),
    days: days.length,
    highest: Math.max(0, ...days.map((day) => day.count)),
  })
  return (
    <figure class="chart">
      <div class="chart-plot">
        <ol class="chart-scale" aria-hidden="true">
          {ticks.toReversed().map((tick) => (
            <li key={tick}>{tick}</li>
          ))}
        </ol>
        <svg
          class="chart-drawing"
          viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
          preserveAspectRatio="none"
          role="img"
          aria-labelledby={`${id}-title`}
        >
          <title id={`${id}-title`}>{summary}</title>
          {ticks.map((tick) => (
            <line key={tick} class="chart-line" x1={0} x2={WIDTH} y1={y(tick)} y2={y(tick)} />
          ))}
          {days.map(({ day, count }) => (
            <rect
              key={day}
              class="chart-bar"
              x={round(x(day)!)}
              y={round(y(count))}
              width={round(x.bandwidth())}
              height={round(HEIGHT - y(count))}
            />
          ))}
        </svg>
      </div>
      <ol class="chart-days" aria-hidden="true">
        {namedDays(days).map((day) => (
          <li key={day}>{formatDay(day, lang)}</li>
        ))}
      </ol>
      <details class="chart-figures">
        <summary>{m.parts_chart_figures()}</summary>
        <table class="chart-table">
          <caption class="sr-only">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{m.parts_chart_day()}</th>
              <th scope="col">{m.parts_chart_count()}</th>
            </tr>
          </thead>
          <tbody>
            {days.map(({ day, count }) => (
              <tr key={day}>
                <th scope="row">{formatDay(day, lang)}</th>
                <td>{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  )
}

const sum = (days: DayCount[]) => days.reduce((total, day) => total + day.count, 0)

const round = (value: number) => Math.round(value * 10) / 10

function namedDays(days: DayCount[]): string[] {
  const last = days.length - 1
  if (last < NAMED_DAYS_MAX) return days.map((day) => day.day)
  return [0, Math.floor(last / 2), last].map((index) => days[index]!.day)
}

function formatDay(day: string, lang: string): string {
  return new Intl.DateTimeFormat(lang, { day: 'numeric', month: 'short', timeZone: 'UTC' }).format(
    new Date(`${day}T00:00:00Z`),
  )
}

import type { Answer } from '../answer/answer.ts'
import type { Report } from '../report.ts'
import { printable } from './plain-text.ts'

/** Increases when a key is removed or changes its meaning; new keys do not count. */
export const REPORT_JSON_VERSION = 1

/**
 * The report as one JSON document:
 * - `format` "joulemark-report", `version`, `title`
 * - `author` or null; `answer` or null, what the other formats show first: `facts[]{label,text}`, `sentences[]`,
 *   `tiles[]{id,label,of,figures[]{card,cell,note}}` with the best card first, `chart{id,title,simulated,summary}`, `isMixed` where live and simulated runs are together, `quality{text,tone,reasons[]}`
 * - `simulated`, and `stamp` "SIMULATED" or null, for readers of the raw file
 * - `tables[]`: `id`, `title`, `simulated`, `caveat?`, `notes[]`, `sources[]?`, `groupBy[]?`, `columns[]{id,head,align}`,
 *   `rows[]{id,cells[]}` with one cell per column, distinguished by `kind`:
 *   `number{value,unit,digits,ci95?,approx?,limit?{value,share,bound},simulated?,caveat?}`, `money{valueGbp,digits,ci95?,simulated?,caveat?}`,
 *   `ratio{value,digits,ci95?,better?,simulated?,caveat?}`, `text{text,detail?,tone?,simulated?,caveat?}`, `code{lines[]}`,
 *   `missing{reason}`, `oom{evidence}`.
 *   Values are unrounded; `digits` is what the other formats print; `ci95` is [low, high].
 * - `money` or null: `years`, `tariffGbpPerKwh`, `utilisation`, `pue`,
 *   `cards[]{id,label,priceGbp,idleW,meanPowerW,outputTokensPerS,outputTokensPerSCi95?,vramGb?}`, the inputs of the economics
 * - `sources[]`: `id`, `source`, `status`, `card`, `scenario`, `startedAt`, `setting?`, `quotable`, `gates{pass,warn,fail,notMeasured,findings[]}`
 */
export function renderJson(report: Report): string {
  const document = {
    format: 'joulemark-report',
    version: REPORT_JSON_VERSION,
    title: report.title,
    author: report.author ?? null,
    answer: report.answer === undefined ? null : answerOf(report.answer),
    simulated: report.simulated,
    stamp: report.simulated ? 'SIMULATED' : null,
    tables: report.tables,
    sources: report.sources,
    money: report.money,
  }
  // JSON escapes C0 controls but lets C1 and the marks that reorder text through.
  const text = JSON.stringify(document, (_key, value) => (typeof value === 'string' ? printable(value) : value), 2)
  return `${text}\n`
}

/** The chart in words: its points are in the tables. */
const answerOf = ({ chart, tiles, ...rest }: Answer) => ({
  ...rest,
  tiles: tiles.map(({ figures, ...tile }) => ({
    ...tile,
    figures: figures.map(({ card, ...figure }) => ({ card: card?.label ?? null, ...figure })),
  })),
  chart: chart && { id: chart.id, title: chart.title, simulated: chart.simulated, summary: chart.summary },
})

import { attributes, type Html, html, joined, nothing } from '../../render/html/template.ts'
import type { BoxResult, CardResult, Comparison, FigureResult } from '../result/box-result.ts'
import { isOutside, rangeText } from '../result/figures.ts'
import { figureStrip } from './figure-strip.ts'

/** Figures that the page shows in any case; every other one only where it is not as it should be. */
const headlines: ReadonlySet<string> = new Set([
  ...['copyBandwidthGBs', 'matrixTflops', 'memoryBandwidthGBs', 'outputTokensPerS'],
  ...['imagesPerS', 'samplesPerS'],
])

/** One figure of all cards. */
interface Row {
  readonly first: FigureResult
  /** In the order of the cards; null where a card has no such figure. */
  readonly figures: readonly (FigureResult | null)[]
  readonly apart: readonly (Comparison | null)[]
}

/** The figures of each card beside the range of healthy ones, those of the cards alone first. */
export function figuresSection({ cards, joined: sets }: BoxResult): Html {
  const rows = rowsOf(cards)
  const shown = rows.filter((row) => isShown(row, rows))
  const alone = shown.filter(({ first }) => first.part !== 'together')
  const together = shown.filter(({ first }) => first.part === 'together')
  const more = rows.length - shown.length
  const rest =
    more === 0
      ? nothing
      : html`<p class="small">${more} further figures are in range or not judged; box-result.json has them all.</p>`
  return html`<section aria-labelledby="h-figures"><h2 id="h-figures">Figures against healthy cards</h2>
<p class="small">Shaded is the range of healthy cards, the line in it an average one; each dot is a card of this server. A share beside a figure is by how much it is worse than the median of the other cards, or than the same card alone.</p>
${table('Each card alone', cards, alone)}
${table('All cards at once', cards, together)}
${joined(sets.map(joinedTable), '\n')}
${rest}</section>`
}

function rowsOf(cards: readonly CardResult[]): Row[] {
  const key = ({ part, scenario, metric }: Pick<FigureResult, 'part' | 'scenario' | 'metric'>) =>
    `${part} ${scenario} ${metric}`
  const firsts = new Map(
    cards.flatMap(({ figures }) => figures.map((figure) => [key(figure), figure] as const)).toReversed(),
  )
  return [...firsts.values()].toReversed().map((first) => ({
    first,
    figures: cards.map(({ figures }) => figures.find((figure) => key(figure) === key(first)) ?? null),
    apart: cards.map(
      ({ comparisons }) => comparisons.find((each) => key(each) === key(first) && each.verdict !== 'pass') ?? null,
    ),
  }))
}

const isBad = (figure: FigureResult | null): boolean => (figure?.wouldBe ?? figure?.verdict) === 'fail'

/** With one stream, its rate is the bandwidth that it achieves in another unit. */
const isHeadline = ({ first }: Row, rows: readonly Row[]): boolean =>
  headlines.has(first.metric) &&
  !(
    first.metric === 'outputTokensPerS' &&
    rows.some((row) => row.first.metric === 'memoryBandwidthGBs' && row.first.scenario === first.scenario)
  )

const isShown = (row: Row, rows: readonly Row[]): boolean =>
  row.figures.some((figure) => figure?.measured != null) &&
  (isHeadline(row, rows) || row.figures.some(isBad) || row.apart.some((each) => each?.verdict === 'fail'))

function table(title: string, cards: readonly CardResult[], rows: readonly Row[]): Html {
  if (rows.length === 0) return nothing
  const heads = cards.map(({ index }) => html`<th scope="col" class="right">GPU ${index ?? '?'}</th>`)
  return html`<h3>${title}</h3><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="cards">
<thead><tr><th scope="col">Figure</th>${heads}<th scope="col" class="strip"><span class="unseen">Place in the range</span></th><th scope="col">Range</th></tr></thead>
<tbody>${joined(rows.map(figureRow), '\n')}</tbody></table></div>`
}

function figureRow({ first, figures, apart }: Row): Html {
  const cells = figures.map((figure, at) => valueCell(figure, apart[at] ?? null))
  return html`<tr><th scope="row">${first.label}<small>${first.scenario}, ${first.unit}</small></th>${cells}<td class="strip">${figureStrip(figures.flatMap((each) => each ?? []))}</td><td>${rangeCell(first)}</td></tr>`
}

const rangeCell = (figure: FigureResult): Html =>
  figure.low === null && figure.high === null ? html`–` : html`${rangeText(figure)}<small>${figure.basis}</small>`

function valueCell(figure: FigureResult | null, apart: Comparison | null): Html {
  if (figure === null || figure.measured === null) {
    return html`<td class="right"><span class="unseen">not measured</span><span aria-hidden="true">–</span></td>`
  }
  const notes = [
    ...(isBad(figure) ? [isOutside(figure) ? 'out of range' : 'a fault, see above'] : []),
    ...(apart === null ? [] : [`${(100 * apart.worseBy).toFixed(1)} % worse`]),
  ]
  const kind = isBad(figure) || apart?.verdict === 'fail' ? 'right bad' : apart === null ? 'right' : 'right warn'
  return html`<td${attributes({ class: kind })}><span class="main">${figure.measured.toFixed(figure.digits)}</span>${notes.map((note) => html`<small>${note}</small>`)}</td>`
}

function joinedTable({ cards, links, figures }: BoxResult['joined'][number]): Html {
  const rows = figures
    .filter((figure) => figure.measured !== null && (headlines.has(figure.metric) || isBad(figure)))
    .map(
      (figure) =>
        html`<tr><th scope="row">${figure.label}<small>${figure.scenario}, ${figure.unit}</small></th>${valueCell(figure, null)}<td class="strip">${figureStrip([figure])}</td><td>${rangeCell(figure)}</td></tr>`,
    )
  if (rows.length === 0) return nothing
  const title = `${cards.length} cards joined${links === null ? '' : `, over ${links}`}`
  return html`<h3>${title}</h3><div class="scroll" tabindex="0" role="region" aria-label="${title}"><table class="cards"><thead><tr><th scope="col">Figure</th><th scope="col" class="right">Measured</th><th scope="col" class="strip"><span class="unseen">Place in the range</span></th><th scope="col">Range</th></tr></thead><tbody>${joined(rows, '\n')}</tbody></table></div>`
}

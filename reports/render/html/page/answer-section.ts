import type { Answer, Quality, Tile, TileCard, TileFigure } from '../../../answer/answer.ts'
import { ownOf, sharedOf } from '../../../answer/shared-of.ts'
import type { Chart } from '../../../charts/chart-types.ts'
import type { Cell } from '../../../tables/table.ts'
import { formatCell } from '../../format-cell.ts'
import { leadingFigure } from '../chart-figure.ts'
import { seriesClass } from '../chart-look.ts'
import { type Html, html, joined, nothing } from '../template.ts'
import { keepsChart, kept, keptMark } from './own-assumptions.ts'

/** The first screen: verdict, key figures, the chart that decides, quality, and what was measured. */
export function answerSection(answer: Answer): Html {
  const { isMixed, sentences, tiles, chart, quality, facts } = answer
  const shared = sharedOf(tiles)
  const of = shared === null ? nothing : html`<p class="tiles-of">Key figures for ${shared}</p>`
  const list =
    tiles.length === 0
      ? nothing
      : html`${of}<ul class="tiles">${tiles.map((tile) => tileHtml(tile, shared, isMixed))}</ul>`
  const about = html`<div class="about">${quality === null ? nothing : qualityHtml(quality)}
<dl class="measured">${facts.filter(({ label }) => label !== 'When').map(({ label, text }) => html`<div><dt>${label}</dt><dd>${text}</dd></div>`)}</dl></div>`
  return html`<section class="answer" id="answer" aria-labelledby="h-answer"><h2 id="h-answer" class="unseen">Answer</h2>
${kept(html`<div class="verdict">${sentences.map((sentence) => html`<p>${sentence}</p>`)}</div>`)}
${list}
<div class="decides${chart === null ? ' alone' : ''}">${chart === null ? nothing : chartHtml(chart, isMixed)}${about}</div>
</section>`
}

function chartHtml(chart: Chart, isMixed: boolean): Html {
  const figure = leadingFigure(chart, isMixed)
  return keepsChart(chart) ? kept(figure) : figure
}

/** Key figures that rest on the assumptions behind the costs. */
const priced = new Set(['cost', 'wins'])

function tileHtml(tile: Tile, shared: string | null, isMarked: boolean): Html {
  const { id, label, figures } = tile
  const isKept = priced.has(id)
  const own = ownOf(tile, shared)
  const note = own === null ? nothing : html`<p class="of">${own}</p>`
  return html`<li class="tile${isKept ? ' kept' : ''}"><h3>${label}</h3>${isKept ? keptMark : nothing}
<dl>${figures.map((figure) => figureHtml(figure, isLikeBest(figure.cell, figures[0]!.cell), isMarked))}</dl>${note}</li>`
}

/** Whether a figure is the best, or not shown to be another than the best: then it stands as large. */
function isLikeBest(cell: Cell, best: Cell): boolean {
  if (cell === best) return true
  if (!('ci95' in cell && 'ci95' in best && cell.ci95 && best.ci95)) return false
  return cell.ci95[0] <= best.ci95[1] && best.ci95[0] <= cell.ci95[1]
}

function figureHtml({ card, cell, note }: TileFigure, isBest: boolean, isMarked: boolean): Html {
  const { sub, tone } = formatCell(cell)
  const small = sub === null ? nothing : html`<small>${sub}</small>`
  const why = note === null ? nothing : html`<small>${note}</small>`
  return html`<div class="${isBest ? 'best' : 'other'} ${tone}">${card === null ? nothing : html`<dt>${cardHtml(card)}</dt>`}<dd>${mainHtml(cell, isMarked)}${small}${why}</dd></div>`
}

const cardHtml = ({ label, color }: TileCard): Html => html`<span class="key ${seriesClass(color)}"></span>${label}`

/** The value; a unit that follows a space stands smaller, and in full as the sentences have it. */
function mainHtml(cell: Cell, isMarked: boolean): Html {
  const { main, mark } = formatCell(cell)
  const [value = '', short] = cell.kind === 'number' ? main.split('\u00a0') : [main]
  const unit = short === undefined || cell.kind !== 'number' ? short : cell.unit
  const simulated = isMarked && mark !== '' ? html`<abbr title="simulated">${mark}</abbr>` : nothing
  return html`<span class="main">${value}</span>${unit === undefined ? nothing : html` <span class="unit">${unit}</span>`}${simulated}`
}

/** One line; why the other runs are not quotable unfolds under it. */
function qualityHtml({ text, tone, reasons }: Quality): Html {
  const more = html`<a href="#c-quality">Gates and sources</a>`
  if (reasons.length === 0) return html`<p class="quality ${tone}"><strong>${text}</strong> ${more}</p>`
  return html`<details class="quality ${tone}"><summary><strong>${text}</strong></summary><ul>${joined(
    reasons.map((reason) => html`<li>${reason}</li>`),
  )}</ul>${more}</details>`
}

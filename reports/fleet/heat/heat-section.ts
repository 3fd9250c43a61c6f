import { attributes, type Html, html, joined, nothing } from '../../render/html/template.ts'
import { SIMULATED_WORDS } from '../../render/simulated-words.ts'
import type { Column } from '../matrix.ts'
import type { HeatCell, HeatMap } from './heat-map.ts'
import { headOf } from './heat-table.ts'

/** Addresses of the pages of a unit and of a column; null for none. */
export interface HeatLinks {
  readonly row: (id: string) => string | null
  readonly column: (column: Column) => string | null
}
const noLinks: HeatLinks = { row: () => null, column: () => null }

/** A heat map for a page: symbols and words carry the meaning, colour only helps to find them; reasons are notes below it. */
export function heatSection(
  map: HeatMap,
  title: string,
  {
    simulated,
    id = 'heat',
    links = noLinks,
  }: {
    readonly simulated: boolean
    /** Of its anchors; another one for a second map on a page. */
    readonly id?: string
    readonly links?: HeatLinks
  },
): Html {
  const reasons = [...new Set(map.rows.flatMap(({ cells }) => cells.flatMap(({ reason }) => reason ?? [])))]
  const stamp = simulated ? html` <span class="stamp">SIMULATED</span>` : nothing
  const heads = map.columns.map(
    (column) =>
      html`<th scope="col">${linked(html`<abbr class="plain-abbr" title="${column.title}">${headOf(column)}</abbr>`, links.column(column))}</th>`,
  )
  const rows = map.rows.map(({ id: unit, name, detail, isFleet, cells }) => {
    const fields = cells.map((cell) => field(cell, reasons, id))
    return html`<tr${attributes({ 'data-row': unit, class: isFleet ? 'fleet' : null })}><th scope="row">${linked(name, links.row(unit))}<small>${detail}</small></th>${fields}</tr>`
  })
  const notes = reasons.map((reason, at) => html`<li id="n-${id}-${at + 1}">${reason}</li>`)
  const legend = [...(simulated ? [SIMULATED_WORDS] : []), ...map.legend].map((line) => html`<li>${line}</li>`)
  return html`<section aria-labelledby="h-${id}"><h2 id="h-${id}">${title}${stamp}</h2>
<div class="scroll" role="region" aria-label="${title}: table" tabindex="0">
<table class="heat"><caption class="unseen">${title}</caption>
<thead><tr><th scope="col">Unit</th>${heads}</tr></thead>
<tbody>
${joined(rows, '\n')}
</tbody></table></div>
${notes.length === 0 ? nothing : html`<ol class="notes">${notes}</ol>`}
<ul class="notes">${legend}</ul>
</section>`
}

const linked = (content: Html | string, href: string | null): Html =>
  href === null ? html`${content}` : html`<a href="${href}">${content}</a>`

function field({ symbol, text, detail, reason, tone, heat }: HeatCell, reasons: readonly string[], id: string): Html {
  const number = reason === null ? 0 : reasons.indexOf(reason) + 1
  const note =
    number === 0 ? nothing : html`<sup><a href="#n-${id}-${number}" aria-label="note ${number}">${number}</a></sup>`
  if (symbol === null) return html`<td${attributes({ class: reason === null ? null : 'none' })}>${text}${note}</td>`
  const small = detail === null ? nothing : html`<small>${detail}</small>`
  const css = [tone, tempered(heat, tone)].filter((part) => part !== 'plain' && part !== '').join(' ')
  return html`<td${attributes({ class: css === '' ? null : css })}><span class="main"><span class="symbol">${symbol}</span> ${text}</span>${small}${note}</td>`
}

/** Three steps of either colour, by the change as a share of the practical threshold; what is no finding stays pale. */
function tempered(heat: number, tone: HeatCell['tone']): string {
  const hue = heat > 0 || tone === 'bad' ? 'h' : 'c'
  if (tone === 'bad' || tone === 'good') return `${hue}${Math.abs(heat) >= 2 ? 3 : 2}`
  return Math.abs(heat) >= 0.5 ? `${hue}1` : ''
}

import { createHash } from 'node:crypto'
import { peakLoad } from '../../harness/size/demand.ts'
import { buildReport } from '../build.ts'
import { formatInterval, formatNumber } from '../render/format-cell.ts'
import { bannerHtml } from '../render/html/banner.ts'
import { clientScript } from '../render/html/client-bundle.ts'
import { htmlDocument } from '../render/html/document.ts'
import { pageStyle } from '../render/html/page-style.ts'
import { attributes, type Html, html, joined, jsonOf, nothing, trusted } from '../render/html/template.ts'
import { renderMarkdown } from '../render/markdown.ts'
import { escapeMarkdown } from '../render/markdown-text.ts'
import { SIMULATED_NOTE, SIMULATED_WORDS } from '../render/simulated-words.ts'
import { sourceLines } from '../render/source-lines.ts'
import type { Report } from '../report.ts'
import { assumptionNotes, recommendationOf } from './findings.ts'
import { type LiveAnswer, type LiveColumn, liveAnswer, type SizeModel } from './live.ts'
import { sizePageStyle } from './page-style.ts'
import type { Sizing } from './sizing.ts'
import { sizeTable } from './table.ts'
import { basisWords, costWords, limitWords } from './words.ts'

/** The answer as a report of one table, with the runs behind it. */
function sizeReport(sizing: Sizing): Report {
  return {
    ...buildReport(sizing.runs, { tables: [] }),
    title: `Sizing: ${sizing.asked.title}`,
    tables: [sizeTable(sizing)],
    money: null,
    simulated: sizing.simulated,
  }
}

/** The answer as Markdown: its sentences after the title, then the table. */
export function sizeMarkdown(sizing: Sizing): string {
  const text = renderMarkdown(sizeReport(sizing))
  const at = text.indexOf('\n')
  const said = recommendationOf(sizing).map(escapeMarkdown).join('\n\n')
  return `${text.slice(0, at)}\n\n${said}\n${text.slice(at)}`
}

/**
 * The answer as one HTML page that loads nothing. With its script, sliders change the demand and the rents, and everything that
 * follows is computed again by the functions that made the page; without it, it is complete but static.
 */
export function sizePage(sizing: Sizing): string {
  const model = modelOf(sizing)
  const live = liveAnswer(model)
  const script = clientScript('size')
  const title = `Sizing: ${sizing.asked.title}${sizing.simulated ? ' (SIMULATED)' : ''}`
  const words = isPartlySimulated(sizing) ? SIMULATED_NOTE : SIMULATED_WORDS
  const banner = bannerHtml(sizing.simulated ? words : null)
  const notes = assumptionNotes(sizing).slice(1)
  // what the gates of each run say is on its own page
  const sources = sourceLines(sizeReport(sizing))
    .filter((line) => !line.startsWith(' '))
    .map((line) => html`<li>${line}</li>`)
  const body = html`<header><h1>${title}</h1>${banner}</header>
<main>
<div class="answer" id="size-answer" aria-live="polite">${live.said.map((line) => html`<p>${line}</p>`)}</div>
<p>Demand: <span id="size-demand">${live.demand}</span>.</p>
${slidersOf(model)}
${cardsTable(sizing, live)}
<ul class="notes">${notes.map((note) => html`<li>${note}</li>`)}</ul>
<section aria-labelledby="h-sources"><h2 id="h-sources">Sources</h2><ul class="sources">${joined(sources, '\n')}</ul></section>
</main>
<script type="application/json" id="size-model">${jsonOf(model)}</script>`
  return htmlDocument({
    title,
    style: trusted(pageStyle + sizePageStyle, 'constants of the project'),
    body,
    script: {
      sha256: createHash('sha256').update(script).digest('base64'),
      source: trusted(script, 'bundled from the project only; it writes the content of a page as text'),
    },
  })
}

function modelOf({ asked, scenario, assumptions, cards, simulated }: Sizing): SizeModel {
  return {
    scenario: scenario.name,
    simulated,
    demand: asked.demand,
    growthMonths: asked.growthMonths,
    pauseS: asked.pauseS,
    assumptions,
    cards: cards.map(({ answer: { key, label, server, money, basis, reason } }) => ({
      ...{ key, label, server, money, basis, reason },
    })),
  }
}

/** A number that can be typed or moved; both inputs change together. */
interface Slider {
  readonly name: string
  readonly label: string
  readonly value: number
  readonly most: number
  readonly step: number
  readonly least?: number
}

/** Hidden until the script has started. */
function slidersOf({ demand, cards }: SizeModel): Html {
  const { users, requestsPerS, requestsPerUserHour, peakFactor, growthShare, spare } = demand
  const several = (value: number) => 10 ** Math.ceil(Math.log10(Math.max(1, value * 4)))
  const sliders: Slider[] = [
    ...(users === null
      ? []
      : [{ name: 'users', label: 'Users', value: users, most: several(users), step: 1, least: 1 }]),
    ...(requestsPerS === null
      ? []
      : [{ name: 'requestsPerS', label: 'Requests/s', value: requestsPerS, most: several(requestsPerS), step: 0.1 }]),
    ...(requestsPerUserHour === null
      ? []
      : [
          {
            ...{ name: 'requestsPerUserHour', label: 'Requests per user-hour', value: requestsPerUserHour },
            ...{ most: several(requestsPerUserHour), step: 1 },
          },
        ]),
    {
      name: 'peakFactor',
      label: 'Peak factor',
      value: peakFactor,
      most: Math.max(10, peakFactor),
      step: 0.1,
      least: 0.1,
    },
    { name: 'growth', label: 'Growth, %', value: Math.round(growthShare * 100), most: 300, step: 5, least: 0 },
    { name: 'spare', label: 'Spare servers', value: spare, most: Math.max(5, spare), step: 1, least: 0 },
  ]
  const rents = cards
    .filter(({ server }) => server !== null)
    .map(
      ({ key, label, money }) =>
        html`<label>${label}: rent of a server, £ per month<span class="pair"><input name="rent-${key}" type="number" min="0" step="any" value="${money.rentGbpPerMonth ?? ''}" inputmode="decimal" placeholder="${money.priceGbp === null && money.cardRentGbpPerMonth === null ? 'not known' : costWords[money.cardRentGbpPerMonth === null ? 'cards' : 'card-rent'].short}"></span></label>`,
    )
  return html`<form id="size-form" hidden autocomplete="off" aria-label="Your case"><fieldset class="sliders"><legend>Your case</legend>
${joined(sliders.map(sliderHtml), '\n')}
${joined(rents, '\n')}
</fieldset></form>`
}

const sliderHtml = ({ name, label, value, most, step, least = step }: Slider): Html =>
  html`<label>${label}<span class="pair"><input type="range" data-for="${name}" min="${least}" max="${most}" step="${step}" value="${value}" aria-label="${label}: slider"><input name="${name}" type="number" min="${least}" step="any" value="${value}" inputmode="decimal"></span></label>`

const heads: Readonly<Record<LiveColumn, string>> = {
  users: 'Users per server',
  servers: 'Servers',
  month: '£ per month',
  user: '£ per user',
  headroom: 'Headroom',
}

/** Whether the answer of some cards is based on simulated runs, and that of others is not. */
const isPartlySimulated = ({ cards }: Sizing): boolean =>
  cards.some(({ answer }) => answer.simulated) && !cards.every(({ answer }) => answer.simulated)

function cardsTable(sizing: Sizing, live: LiveAnswer): Html {
  const { asked, cards } = sizing
  const isMarked = isPartlySimulated(sizing)
  const unit = peakLoad(asked.demand).unit
  const loadHead = unit === 'users' ? 'Users at most' : 'Requests/s at most'
  const shown = (Object.keys(heads) as LiveColumn[]).filter(
    (column) => asked.demand.users !== null || (column !== 'users' && column !== 'user'),
  )
  const rows = cards.map(({ answer }, at) => {
    const { cells, isBest, key } = live.rows[at]!
    const { server, basis, simulated } = answer
    const isSure = basis === 'measured' || basis === 'interpolated'
    const mark = simulated && isMarked ? html`<abbr title="simulated">ˢ</abbr>` : nothing
    const digits = server === null ? 0 : unit === 'users' || server.value >= 100 ? 0 : server.value >= 0.1 ? 2 : 4
    const load =
      server === null
        ? html`<td class="left" colspan="${shown.length + 1}" data-head="Reason">${answer.reason ?? 'unknown'}</td>`
        : html`<td class="right" data-head="${loadHead}">${formatNumber(server.value, digits)}${mark}<small>${server.ci95 === null ? 'no interval' : formatInterval(server.value, server.ci95, digits)}</small></td>`
    const others =
      server === null
        ? []
        : shown.map(
            (column) =>
              html`<td class="right" data-head="${heads[column]}" data-live="${column}"><span class="main">${cells[column][0]}</span><small>${cells[column][1]}</small></td>`,
          )
    const pill =
      basis === null ? nothing : html` <span class="pill${isSure ? '' : ' warn'}">${basisWords[basis]}</span>`
    const limit = answer.limitedBy === null ? (basis === null ? '' : 'SLO') : limitWords(answer.limitedBy)
    return html`<tr${attributes({ 'data-row': key, class: isBest ? 'best' : null })}><th scope="row">${answer.label}${pill}</th>${load}${others}<td class="left" data-head="Limited by">${limit}</td></tr>`
  })
  return html`<div class="scroll" role="region" aria-label="Cards: table" tabindex="0"><table class="figures cards"><caption class="unseen">Cards for ${asked.title}</caption>
<thead><tr><th scope="col">Card</th><th scope="col" class="right">${loadHead}</th>${shown.map((column) => html`<th scope="col" class="right">${heads[column]}</th>`)}<th scope="col">Limited by</th></tr></thead>
<tbody>${joined(rows, '\n')}</tbody></table></div>`
}

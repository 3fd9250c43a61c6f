import { countedStatus, tally } from '../../harness/prove/judge.ts'
import type { ClaimStatus } from '../../harness/record/schema/proof.ts'
import { bannerHtml } from '../render/html/banner.ts'
import { chartSections } from '../render/html/chart-figure.ts'
import { htmlDocument } from '../render/html/document.ts'
import { pageStyle } from '../render/html/page-style.ts'
import { attributes, type Html, html, joined, nothing, trusted } from '../render/html/template.ts'
import { switchedChart } from './chart.ts'
import { evidenceCell } from './evidence-cell.ts'
import { proofPageStyle } from './page-style.ts'
import {
  type Beside,
  claimWords,
  evidenceWords,
  factsOf,
  phaseHeads,
  phaseRows,
  runColumns,
  type ShownProof,
  SIMULATED_PROOF,
  sourceWords,
  stepWords,
  titleOf,
  verdictLine,
} from './words.ts'

const tones: Readonly<Record<ClaimStatus, string>> = { proved: 'good', 'not-proved': 'warn', contradicted: 'bad' }

/**
 * The proof of a machine as one HTML page: the verdict, each claim with its evidence and the record that shows it, what was not
 * expected, power by both sources, the runs and the steps. It contains no script and loads nothing.
 */
export function proofPage(proof: ShownProof, beside: Beside): string {
  const title = titleOf(proof)
  const banner = bannerHtml(proof.source === 'simulated' ? SIMULATED_PROOF : null)
  const body = html`<header><h1>${title}</h1>${banner}<h2 class="verdict ${toneOf(proof)}">${verdictLine(proof)}</h2></header>
<main>
<dl class="facts">${factsOf(proof).map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
${claimsSection(proof)}
${surprisesSection(proof)}
${powerSection(proof)}
${runsSection(proof)}
${stepsSection(proof)}
${evidenceSection(proof, beside)}
</main>`
  return htmlDocument({ title, style: trusted(pageStyle + proofPageStyle, 'constants of the project'), body })
}

function toneOf({ claims }: ShownProof): string {
  const { contradicted, 'not-proved': open } = tally(claims)
  return contradicted > 0 ? tones.contradicted : open > 0 ? tones['not-proved'] : tones.proved
}

function claimsSection(proof: ShownProof): Html {
  const rows = proof.claims.map(
    (claim) =>
      html`<tr><th scope="row">${claim.claim}<small>${claim.id}</small></th><td><b class="${tones[countedStatus(claim)]}">${claimWords(claim)}</b></td><td>${evidenceCell(proof, claim)}</td><td>${shownCell(proof, claim.shownBy)}</td></tr>`,
  )
  return section(
    'claims',
    'What was claimed',
    table(['Claim', 'Status', 'Evidence', 'Shown by'], rows, 'claims listed'),
  )
}

function shownCell(proof: ShownProof, shownBy: readonly string[]): Html {
  if (shownBy.length === 0) return html`–`
  return html`<ul>${sourceWords(proof, shownBy).map((name) => html`<li>${name}</li>`)}</ul>`
}

function surprisesSection({ surprises }: ShownProof): Html {
  if (surprises.length === 0) return nothing
  return section(
    'surprises',
    'What was not expected',
    html`<ul class="plain">${surprises.map((line) => html`<li>${line}</li>`)}</ul>`,
  )
}

function powerSection(proof: ShownProof): Html {
  const rows = phaseRows(proof)
  const charts = chartSections({ list: switchedChart(proof), notes: [] })
  if (rows.length === 0) return charts
  const grid = table(phaseHeads, rows.map(numberRow), 'numbers')
  return joined([section('power', 'Power and energy by both sources', grid), charts], '\n')
}

function runsSection({ runs }: ShownProof): Html {
  if (runs.length === 0) return nothing
  const rows = runs.map((run) => {
    const cells = runColumns.map(({ text }) => html`<td class="right">${text(run)}</td>`)
    return html`<tr><th scope="row">${stepWords[run.step]}<small>${run.id}</small></th>${cells}</tr>`
  })
  return section('runs', 'Runs', table(['Run', ...runColumns.map(({ head }) => head)], rows, 'numbers'))
}

function stepsSection({ steps }: ShownProof): Html {
  const rows = steps.map(
    ({ id, status, seconds, note }) =>
      html`<tr><th scope="row">${stepWords[id]}</th><td>${status}</td><td class="right">${seconds.toFixed(1)}</td><td>${note}</td></tr>`,
  )
  return section('steps', 'Steps', table(['Step', 'Status', 'Time (s)', 'What it found'], rows, 'listed'))
}

function evidenceSection(proof: ShownProof, beside: Beside): Html {
  const lines = evidenceWords(proof, beside).map((line) => html`<p>${line}</p>`)
  return section('evidence', 'Evidence', html`${lines}<p class="small">joulemark ${proof.tool.version}</p>`)
}

const section = (id: string, title: string, content: Html): Html =>
  html`<section aria-labelledby="h-${id}"><h2 id="h-${id}">${title}</h2>${content}</section>`

const numberRow = ([name = '', ...cells]: readonly string[]): Html =>
  html`<tr><th scope="row">${name}</th>${cells.map((cell) => html`<td class="right">${cell}</td>`)}</tr>`

function table(heads: readonly string[], rows: readonly Html[], kind: string): Html {
  const isNumber = kind === 'numbers'
  return html`<div class="scroll" role="region" aria-label="${heads[0] ?? ''}: table" tabindex="0"><table class="${kind}"><thead><tr>${heads.map((head, at) => html`<th scope="col"${attributes({ class: isNumber && at > 0 ? 'right' : null })}>${head}</th>`)}</tr></thead>
<tbody>${joined(rows, '\n')}</tbody></table></div>`
}

import type { SoakCertificate } from '../../../harness/record/schema/soak.ts'
import { formatNumber } from '../../render/format-cell.ts'
import { bannerHtml } from '../../render/html/banner.ts'
import { htmlDocument } from '../../render/html/document.ts'
import { pageStyle } from '../../render/html/page-style.ts'
import { attributes, type Html, html, joined, trusted } from '../../render/html/template.ts'
import { soakCardTable, toneOf } from './soak-card-table.ts'
import { soakWord } from './soak-rows.ts'
import { SOAK_SIMULATED } from './soak-text.ts'

/** The certificate as one HTML file that loads nothing and runs nothing, to be filed with the delivery note. */
export function soakPage(certificate: SoakCertificate): string {
  const { cards, hostname, source, signature, load, records } = certificate
  const title = `Burn-in certificate of ${hostname}${source === 'simulated' ? ' (SIMULATED)' : ''}`
  const facts: readonly (readonly [string, string])[] = [
    ['From', certificate.startedAt],
    ['To', certificate.endedAt],
    ['Asked', `${formatNumber(certificate.askedHours, 2)} h of load on every card at once`],
    ['Load', `${load.scenario}, rounds of ${formatNumber(load.roundSeconds, 0)} s`],
    ['Sessions', String(certificate.sessions)],
    ...(certificate.stoppedEarly === null ? [] : [['Stopped early', certificate.stoppedEarly] as const]),
    ['Made by', `joulemark ${certificate.tool.version} ${certificate.tool.commit ?? ''}`],
    ['Signed by', signature === undefined ? 'no key: it is not signed' : signature.publicKey],
  ]
  const body = html`<header><h1>${title}</h1>
${bannerHtml(source === 'simulated' ? SOAK_SIMULATED : null)}
<p${attributes({ class: toneOf(certificate) })}><strong class="main">${soakWord(certificate)}</strong></p></header>
<main>
<section aria-labelledby="h-soak"><h2 id="h-soak">Soak</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="h-soak"><table><tbody>${joined(facts.map(factRow), '\n')}</tbody></table></div></section>
<section aria-labelledby="h-cards"><h2 id="h-cards">Cards</h2>
<div class="scroll" tabindex="0" role="group" aria-labelledby="h-cards">${soakCardTable(cards)}</div></section>
<section aria-labelledby="h-records"><h2 id="h-records">Records</h2>
<p>${records.length} records, one per card and round. joulemark verify checks each of them; its digest stands beside it.</p>
<ul class="sources">${joined(
    records.map(({ id, manifestSha256 }) => html`<li>${id}: ${manifestSha256 ?? 'no digest'}</li>`),
    '\n',
  )}</ul></section>
</main>`
  return htmlDocument({ title, style: trusted(pageStyle, 'a constant of the project'), body })
}

const factRow = ([label, value]: readonly [string, string]): Html =>
  html`<tr><th scope="row">${label}</th><td>${value}</td></tr>`

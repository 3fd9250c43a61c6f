import { durationText } from '../../../harness/amount-text.ts'
import { type Html, html, nothing } from '../../render/html/template.ts'
import type { BoxResult } from '../result/box-result.ts'
import { soakCardTable } from '../soak/soak-card-table.ts'

/** What the burn-in certificate says of each card, or why there is none; nothing where no soak was asked for. */
export function soakSection({ soak }: BoxResult): Html {
  if (soak === null) return nothing
  if ('reason' in soak) {
    return html`<section aria-labelledby="h-soak"><h2 id="h-soak">Soak</h2><p>No burn-in certificate: ${soak.reason}</p></section>`
  }
  const { cards, askedHours, load, startedAt, endedAt, stoppedEarly, signedBy } = soak
  const at = (time: string): string => `${time.slice(0, 16).replace('T', ' ')} UTC`
  const early = stoppedEarly === null ? nothing : html`<p>Stopped early: ${stoppedEarly}</p>`
  return html`<section aria-labelledby="h-soak"><h2 id="h-soak">Soak: ${durationText(askedHours * 3_600_000)} of load on every card at once</h2>
<p class="small">${load.scenario}, rounds of ${load.roundSeconds} s, ${at(startedAt)} to ${at(endedAt)}. The burn-in certificate is soak-certificate.json, ${signedBy === null ? 'which is not signed' : html`signed by <code>${signedBy}</code>`}; soak-certificate.html is its page.</p>${early}
<div class="scroll" tabindex="0" role="group" aria-labelledby="h-soak">${soakCardTable(cards)}</div></section>`
}

import { counted } from '../../../harness/units.ts'
import { type Html, html, joined, nothing } from '../../render/html/template.ts'
import type { BoxResult, CardResult } from '../result/box-result.ts'
import { shortSlot } from '../text/card-name.ts'

const fact = (label: string, value: string | null): Html =>
  value === null || value === '' ? nothing : html`<div><dt>${label}</dt><dd>${value}</dd></div>`

/** What the server is: host, software, and the identity of each card. */
export function serverSection({ host, cards, model, time, setting }: BoxResult): Html {
  const facts =
    host === null
      ? nothing
      : html`<dl class="facts">
${fact('Host', host.hostname)}${fact('Processor', `${host.cpu}, ${host.cpuCount} CPUs`)}${fact('Memory', `${host.memoryGiB.toFixed(0)} GiB`)}
${fact('System', host.kernel)}${fact('Driver', host.driver)}${fact('CUDA', host.cuda)}${fact('Served by', host.engines.join('; '))}${fact('Cards set to', setting === undefined ? null : `${setting}, for this measurement`)}
${fact('Fingerprint', host.stateSha256)}${timeFacts(time)}</dl>`
  const heads = ['', 'UUID', 'Serial', 'VBIOS', 'Slot', 'Link', 'Memory', 'ECC', 'Power limit']
  return html`<section aria-labelledby="h-server"><h2 id="h-server">The server: ${model}</h2>${facts}
<div class="scroll" tabindex="0" role="region" aria-label="Cards"><table class="identity"><thead><tr>${heads.map((head) => (head === '' ? html`<th scope="col"><span class="unseen">Card</span></th>` : html`<th scope="col">${head}</th>`))}</tr></thead><tbody>${joined(cards.map(cardRow), '\n')}</tbody></table></div></section>`
}

function cardRow(card: CardResult): Html {
  const memory = card.memoryTotalMiB === null ? '–' : `${(card.memoryTotalMiB / 1024).toFixed(1)} GiB`
  const socket = card.numaNode === null ? '' : `, socket ${card.numaNode}`
  const cells = [
    card.uuid,
    card.serial ?? '–',
    card.vbios ?? '–',
    card.slot === null ? '–' : shortSlot(card.slot),
    `${card.pcie ?? '–'}${socket}`,
    memory,
    card.eccMode ?? '–',
    card.powerLimitW === null ? '–' : `${card.powerLimitW.toFixed(0)} W`,
  ]
  return html`<tr><th scope="row">GPU ${card.index ?? '?'}<small>${card.name}</small></th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`
}

function timeFacts({ startedAt, endedAt, plannedMinutes, measuredMinutes, serverStarts }: BoxResult['time']): Html {
  const utc = (at: string): string => `${at.slice(0, 16).replace('T', ' ')} UTC`
  const span = startedAt === null || endedAt === null ? null : `${utc(startedAt)} to ${utc(endedAt)}`
  const took = measuredMinutes === null ? null : `${measuredMinutes.toFixed(0)} min`
  const planned = plannedMinutes === null ? '' : `, planned at most ${plannedMinutes.toFixed(0)} min without downloads`
  const starts = serverStarts === 0 ? '' : `, ${counted(serverStarts, 'server start')}`
  return html`${fact('Measured', span)}${fact('Time', took === null ? null : `${took}${planned}${starts}`)}`
}

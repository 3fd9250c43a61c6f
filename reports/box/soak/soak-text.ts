import { durationText } from '../../../harness/amount-text.ts'
import type { SoakCertificate } from '../../../harness/record/schema/soak.ts'
import { formatNumber } from '../../render/format-cell.ts'
import { printable, wrapTo } from '../../render/plain-text.ts'
import { soakRows, soakWord } from './soak-rows.ts'

/** Columns of the text: those of the narrowest usual terminal. */
const COLUMNS = 80
const LABEL_COLUMNS = 20

/** What a simulated certificate says of itself. */
export const SOAK_SIMULATED = 'SIMULATED: the cards of this soak are simulated. It proves nothing about any card.'

/** The verdict of a soak in one line per card that is not accepted, with its first reason. */
export function soakVerdictText(certificate: SoakCertificate): string {
  const { cards, hostname, askedHours, stoppedEarly } = certificate
  const early = stoppedEarly === null ? '' : `, stopped early: ${stoppedEarly}`
  const count = cards.length === 1 ? '1 card' : `${cards.length} cards`
  const others = cards.filter((card) => (card.wouldBe ?? card.verdict) !== 'accepted')
  return lines([
    `SOAK ${soakWord(certificate)}: ${count} in ${hostname}, ${loadText(askedHours)} of load each${early}`,
    ...others.map(
      ({ index, reasons, ...card }) =>
        `  GPU ${index}: ${(card.wouldBe ?? card.verdict).replace('-', ' ')}: ${reasons[0] ?? 'no reason'}`,
    ),
  ])
}

/** The whole certificate as text of 80 columns. */
export function soakCertificateText(certificate: SoakCertificate): string {
  const { cards, tool, load, signature, records } = certificate
  return lines([
    'Burn-in certificate',
    ...(certificate.source === 'simulated' ? wrapTo(SOAK_SIMULATED, COLUMNS) : []),
    '',
    row('Verdict', soakWord(certificate)),
    row('Server', certificate.hostname),
    row('From', certificate.startedAt),
    row('To', certificate.endedAt),
    row('Asked', `${loadText(certificate.askedHours)} of load on every card at once`),
    row('Load', `${load.scenario}, rounds of ${formatNumber(load.roundSeconds, 0)} s`),
    ...(certificate.sessions > 1 ? [row('Resumed', `${certificate.sessions - 1} times`)] : []),
    ...(certificate.stoppedEarly === null ? [] : [row('Stopped early', certificate.stoppedEarly)]),
    row('Records', `${records.length}, by their digests in soak-certificate.json`),
    row('Made by', `joulemark ${tool.version}${tool.commit === null ? '' : ` (${tool.commit.slice(0, 12)})`}`),
    row('Signed by', signature === undefined ? 'no key: it is not signed' : signature.publicKey),
    ...cards.flatMap((card) => [
      '',
      `GPU ${card.index}: ${card.name}`,
      row('UUID', card.uuid),
      row('Verdict', soakWord(card)),
      ...card.reasons.map((reason) => row('Reason', reason)),
      ...card.remarks.map((remark) => row('Remark', remark)),
      ...soakRows(card).map(({ label, value }) => row(label, value)),
    ]),
  ])
}

const loadText = (hours: number): string => durationText(hours * 3_600_000)

function row(label: string, value: string): string {
  const [first = '', ...more] = wrapTo(value, COLUMNS - LABEL_COLUMNS)
  return [`${label.padEnd(LABEL_COLUMNS)}${first}`, ...more.map((line) => ' '.repeat(LABEL_COLUMNS) + line)].join('\n')
}

const lines = (all: readonly string[]): string =>
  all
    .join('\n')
    .split('\n')
    .map((line) => `${printable(line).trimEnd()}\n`)
    .join('')

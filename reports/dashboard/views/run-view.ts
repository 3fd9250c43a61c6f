import { shellWord } from '../../../harness/plain-text.ts'
import { settingText } from '../../../harness/record/setting/operating-point.ts'
import type { ViewedRun } from '../../../harness/store/view/records.ts'
import { tableSection } from '../../render/html/table/table-section.ts'
import { html, joined } from '../../render/html/template.ts'
import { gatesTable, runSummaryTable } from '../../tables/run-summary.ts'
import type { Cell } from '../../tables/table.ts'
import type { Links } from '../page/links.ts'
import { factsTable, linkCell, moment } from '../page/parts.ts'
import type { View } from '../page/shell.ts'

/** One run: what it was, its figures, its gates. `folder` is where it is, if it was read from a folder. */
export function runView(run: ViewedRun, folder: string | null, links: Links): View {
  const { record, digest, reasons, quotable } = run
  const card = record.card.key ?? record.card.name
  const place = folder === null ? `store:${digest.slice(0, 16)}` : shellWord(folder)
  const facts: (readonly [string, string | Cell])[] = [
    ['Status', record.failure === undefined ? record.status : `${record.status}: ${record.failure}`],
    [
      'Quotable',
      quotable
        ? { kind: 'text', text: 'yes', tone: 'good' }
        : { kind: 'text', text: 'no', detail: reasons.join('; '), tone: 'warn' },
    ],
    ['Server', linkCell(record.host.hostname, links.server(record.host.hostname))],
    ['Card', card === null ? 'no GPU' : linkCell(card, links.card(card))],
    ['Scenario', linkCell(record.scenario.title, links.scenario(record.scenario.name))],
    ...(settingText(record) === null ? [] : [['Set on purpose', settingText(record)!] as const]),
    ['Started and ended (UTC)', `${moment(record.startedAt)} to ${moment(record.endedAt)}`],
    ['Driver', [...new Set(record.gpus.map(({ driver }) => driver ?? 'unknown'))].join(', ') || 'unknown'],
    ['Engine', `${record.endpoint.engine ?? 'unknown'} ${record.endpoint.version ?? ''}`.trim()],
    ['Signed by', record.signature?.publicKey ?? 'not signed'],
    ['Digest', digest],
    ...(quotable ? [['Quote', { kind: 'code', lines: [`joulemark quote ${place} --customer NAME`] }] as const] : []),
    ['Report', { kind: 'code', lines: [`joulemark report ${place} --format html`] }],
    [
      'Proof',
      {
        kind: 'code',
        lines: [folder === null ? `joulemark store verify ${digest.slice(0, 16)}` : `joulemark verify ${place}`],
      },
    ],
  ]
  return {
    title: `Run ${record.id}`,
    section: null,
    simulated: record.source === 'simulated',
    body: joined(
      [factsTable('run', 'The run', facts), runSummaryTable(record), gatesTable(record)].map(
        (table) => html`${tableSection(table)}`,
      ),
      '\n',
    ),
  }
}

import type { Campaign, CampaignBox } from '../../harness/fleet/state.ts'
import { plainText } from '../../harness/plain-text.ts'
import { counted } from '../../harness/units.ts'
import { buildTable, type Cell, type Table, text } from '../../reports/tables/table.ts'

/** What became of each box of a campaign. */
export const statusTable = (campaign: Campaign): Table =>
  buildTable<CampaignBox>({
    id: 'fleet-run',
    title: `${campaign.id}: ${countsText(campaign)}`,
    rows: campaign.boxes,
    rowId: ({ box }) => box,
    columns: [
      { id: 'box', head: 'box', align: 'left', cell: ({ box }) => text(plainText(box)) },
      { id: 'part', head: 'part', align: 'left', cell: ({ part }) => text(part) },
      { id: 'state', head: 'state', align: 'left', cell: stateCell },
      {
        id: 'since',
        head: 'since (UTC)',
        align: 'left',
        cell: ({ since }) => text(since.slice(5, 16).replace('T', '\u00a0')),
      },
      {
        id: 'runs',
        head: 'runs',
        align: 'right',
        cell: ({ runs }) => ({ kind: 'number', value: runs, unit: '', digits: 0 }),
      },
      { id: 'result', head: 'result', align: 'left', cell: resultCell },
      { id: 'reason', head: 'reason', align: 'left', cell: ({ reason }) => text(plainText(reason ?? '')) },
    ],
    notes: campaign.canary === null ? [] : [`Canary: ${plainText(campaign.canary.reason)}`],
  })

/** How many boxes are in which state. */
export function countsText({ boxes }: Campaign): string {
  const groups = Map.groupBy(boxes, stateText)
  const parts = [...groups].map(([state, all]) => `${all.length} ${state}`)
  return `${counted(boxes.length, 'box', 'boxes')}: ${parts.join(', ')}`
}

const stateText = ({ state, running, exitCode }: CampaignBox): string => {
  if (state !== 'submitted') return state
  if (exitCode !== null) return 'ended'
  return running ? 'running' : 'waiting'
}

function stateCell(box: CampaignBox): Cell {
  const tone =
    box.state === 'measured' ? 'good' : ['failed', 'lost', 'unusable', 'refused'].includes(box.state) ? 'bad' : 'plain'
  const tries = box.attempt > 1 ? `, try ${box.attempt}` : ''
  return text(`${stateText(box)}${tries}`, tone)
}

/** What the box itself says, by its exit code. */
const results: Readonly<Record<number, readonly [string, 'good' | 'warn' | 'bad']>> = {
  0: ['done', 'good'],
  1: ['loss or rejected', 'bad'],
  4: ['inconclusive', 'warn'],
  5: ['not comparable', 'warn'],
}

function resultCell({ state, exitCode }: CampaignBox): Cell {
  if (exitCode === null) return text('')
  const [word, tone] = (state === 'measured' || state === 'submitted' ? results[exitCode] : undefined) ?? [
    `exit code ${exitCode}`,
    'bad',
  ]
  return text(word, tone)
}

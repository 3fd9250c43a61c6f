import { supportOf } from '../../../harness/catalogue/support/card-support.ts'
import { headlineMetric } from '../../../harness/metrics/headline.ts'
import { servingGpus } from '../../../harness/physics/serving-gpus.ts'
import { isKnown } from '../../../harness/record/measured.ts'
import type { RunRecord } from '../../../harness/record/schema/run.ts'
import { counted } from '../../../harness/units.ts'
import { joinedAnd } from '../../answer/phrases.ts'
import { eccWords } from '../../comparison/spec.ts'
import { measuredOf } from '../../tables/figure-cell.ts'
import { ratioInterval } from '../../tables/ratio-interval.ts'
import { type CardColumn, cardKeyOf } from '../../tables/selection.ts'
import { buildTable, type Table, text } from '../../tables/table.ts'
import { type Block, type Item, list, paragraph, type Section, tableBlock } from '../document.ts'
import { eccOf } from '../ecc.ts'
import type { Subject } from '../subject.ts'

/** "ECC, NVLink and reliability features": what was read on the servers, what ECC costs, and what the makers promise. */
export function reliability(subject: Subject): Section {
  return {
    id: 'reliability',
    title: 'ECC, NVLink and reliability features',
    blocks: [...tableBlock(checkedTable(subject)), ...eccCosts(subject), ...list(promises(subject))],
  }
}

interface CheckedRow {
  readonly id: string
  readonly label: string
  readonly of: (card: CardColumn, runs: readonly RunRecord[], subject: Subject) => string
}

const NOT_READ = 'not read'

const rows: readonly CheckedRow[] = [
  {
    id: 'ecc-offered',
    label: 'ECC of the card',
    of: ({ key }, _runs, { facts }) => {
      const ecc = facts.card(key)?.ecc
      return ecc === undefined ? NOT_READ : eccWords[ecc.value]
    },
  },
  { id: 'ecc-mode', label: 'ECC in these runs', of: (_card, runs) => eccModeText(runs) },
  { id: 'ecc-errors', label: 'Memory errors counted', of: (_card, runs) => eccErrorsText(runs) },
  { id: 'xid', label: 'Faults reported by the driver (Xid)', of: (_card, runs) => xidText(runs) },
  {
    id: 'nvlink',
    label: 'NVLink',
    of: ({ key }, _runs, { facts }) => {
      const card = facts.card(key)
      if (card?.nvlinkGBs === undefined) return NOT_READ
      return card.nvlinkGBs === null ? 'none: several cards are linked by PCIe' : `${card.nvlinkGBs.value} GB/s`
    },
  },
  { id: 'pcie', label: 'PCIe link', of: (_card, runs) => pcieText(runs) },
  { id: 'pair', label: 'Copy from card to card', of: (_card, runs) => pairText(runs) },
  {
    id: 'driver',
    label: 'Driver',
    of: (_card, runs) => joinedAnd([...new Set(gpusOf(runs).flatMap(({ driver }) => driver ?? []))]) || NOT_READ,
  },
]

function checkedTable(subject: Subject): Table | null {
  const { cards } = subject.selection
  if (subject.runs.length === 0) return null
  const runsOf = new Map(cards.map(({ key }) => [key, subject.runs.filter((run) => cardKeyOf(run) === key)]))
  const shown = rows.filter(
    (row) => row.id !== 'pair' || cards.some((card) => row.of(card, runsOf.get(card.key)!, subject) !== NOT_READ),
  )
  const table = buildTable({
    id: 'checked',
    title: 'Checked on the servers',
    columns: [
      { id: 'check', head: 'Check', align: 'left', cell: (row: CheckedRow) => text(row.label) },
      ...cards.map((card) => ({
        id: card.key,
        head: card.label,
        align: 'left' as const,
        cell: (row: CheckedRow) => text(row.of(card, runsOf.get(card.key)!, subject)),
      })),
    ],
    rows: shown,
    rowId: ({ id }) => id,
  })
  return { ...table, simulated: subject.runs.some(({ source }) => source === 'simulated') }
}

const gpusOf = (runs: readonly RunRecord[]) => runs.flatMap(({ gpus }) => servingGpus(gpus))

function eccModeText(runs: readonly RunRecord[]): string {
  const known = runs.flatMap((run) => eccOf(run) ?? [])
  const on = known.filter(Boolean).length
  if (known.length === 0) return NOT_READ
  const all = known.length === 1 ? 'the one run' : `all ${counted(known.length, 'run')}`
  if (on === known.length) return `on in ${all}`
  return on === 0 ? `off in ${all}` : `on in ${on} of ${counted(known.length, 'run')}`
}

function eccErrorsText(runs: readonly RunRecord[]): string {
  const on = runs.filter((run) => eccOf(run) === true)
  if (on.length === 0) return runs.some((run) => eccOf(run) === false) ? 'not counted while ECC is off' : NOT_READ
  const health = on.flatMap(({ telemetry }) => telemetry?.after.health ?? [])
  const most = (of: (card: (typeof health)[number]) => number | null) =>
    health.length === 0 || health.some((card) => of(card) === null)
      ? null
      : Math.max(...health.map((card) => of(card) ?? 0))
  const [corrected, uncorrected] = [most((card) => card.eccCorrected), most((card) => card.eccUncorrected)]
  if (corrected === null || uncorrected === null) return NOT_READ
  return `${corrected} corrected, ${uncorrected} uncorrected`
}

function xidText(runs: readonly RunRecord[]): string {
  const logs = runs.flatMap(({ telemetry }) => (telemetry?.xids === undefined ? [] : [telemetry.xids]))
  const readable = logs.flatMap((log) => log ?? [])
  if (logs.every((log) => log === null)) return 'the kernel log could not be read'
  if (readable.length === 0) return `none in ${counted(logs.filter((log) => log !== null).length, 'run')}`
  return `${counted(readable.length, 'fault')}: ${joinedAnd([...new Set(readable.map(({ code }) => `Xid ${code}`))])}`
}

function pcieText(runs: readonly RunRecord[]): string {
  const links = gpusOf(runs).flatMap(({ pcie: { genMax, widthCurrent } }) =>
    genMax === null || widthCurrent === null ? [] : [`generation ${genMax}, x${widthCurrent}`],
  )
  return joinedAnd([...new Set(links)]) || NOT_READ
}

function pairText(runs: readonly RunRecord[]): string {
  const rates = runs.flatMap(({ cardProbe }) =>
    cardProbe !== undefined && 'pairs' in cardProbe
      ? cardProbe.pairs.flatMap(({ GBs }) => (isKnown(GBs) ? [GBs] : []))
      : [],
  )
  return rates.length === 0 ? NOT_READ : `${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)} GB/s`
}

/** The cost of ECC where one workload was measured with it and without it; else what to run. */
function eccCosts({ selection, runs, facts }: Subject): Block[] {
  const toggles = selection.cards.filter(({ key }) => facts.card(key)?.ecc?.value.startsWith('toggle'))
  const each = toggles.map((card) => {
    const own = runs.filter((run) => cardKeyOf(run) === card.key && run.oom === undefined)
    return { card, own, costs: costsOf(own) }
  })
  const open = each.filter(({ costs }) => costs.length === 0).map(({ card }) => card.label)
  return [
    ...each.flatMap(({ card, costs }) =>
      costs.length === 0 ? [] : [paragraph(`What ECC costs on the ${card.label}: ${costs.join('; ')}.`)],
    ),
    ...(open.length === 0
      ? []
      : [
          paragraph(
            `What ECC costs on the ${joinedAnd(open)} was not measured: that takes the same workloads once with ECC and once without. "sudo nvidia-smi -e 1" switches it on, "sudo nvidia-smi -e 0" off, each from the next restart on.`,
          ),
        ]),
  ]
}

const costsOf = (own: readonly RunRecord[]): string[] =>
  [...Map.groupBy(own, ({ scenario }) => scenario.name).values()].flatMap((same) => {
    const [on, off] = [true, false].map((mode) => same.filter((run) => eccOf(run) === mode).at(-1))
    return on === undefined || off === undefined ? [] : costText(on, off)
  })

function costText(on: RunRecord, off: RunRecord): string[] {
  const key = headlineMetric(on.scenario)
  const [withEcc, without] = [measuredOf(on, key), measuredOf(off, key)]
  if ('reason' in withEcc || 'reason' in without || without.value.value <= 0) return []
  const isTime = key === 'secondsPerImage'
  const [over, under] = isTime ? [without.value, withEcc.value] : [withEcc.value, without.value]
  const lost = (ratio: number) => `${((1 - ratio) * 100).toFixed(1)} %`
  const ci95 = ratioInterval(over, under)
  const interval = ci95 === null ? '' : ` (95 %: ${lost(ci95[1])} to ${lost(ci95[0])})`
  return [`${lost(over.value / under.value)} of the speed of ${on.scenario.title}${interval}`]
}

/** Warranty, licence and driver of each card, with source and date; what holds for several cards is said once. */
function promises({ cards }: Subject): Item[] {
  const said = cards.flatMap((card) => supportOf(card).map((support) => ({ card, ...support })))
  return [...Map.groupBy(said, ({ statement }) => statement.value).values()].map((same) => {
    const { topic, statement } = same[0]!
    const lead = `${joinedAnd(same.map(({ card }) => card.label))}, ${topicWords[topic]}:`
    return { lead, text: `${statement.value} (${statement.source}; read ${statement.date})` }
  })
}

const topicWords = {
  warranty: 'warranty',
  licence: 'licence of the driver',
  driver: 'life of the driver',
  nvlink: 'NVLink',
} as const

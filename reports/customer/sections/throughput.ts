import { ttftMetrics } from '../../../harness/metrics/headline.ts'
import { sloShareOfRun } from '../../../harness/operating/sweep/point-of-run.ts'
import { demandText } from '../../../harness/scenario/load-shape.ts'
import { joinedAnd, speedAgainst } from '../../answer/phrases.ts'
import { isSwept, type Workload, workloadsOf } from '../../answer/workloads.ts'
import { cardMoney, hasFixedDemand, monthlyCost } from '../../comparison/card-money.ts'
import { throughputTable } from '../../comparison/throughput.ts'
import type { Alone } from '../../comparison/winners.ts'
import { formatGbp } from '../../render/format-cell.ts'
import { measuredOf, stampOf } from '../../tables/figure-cell.ts'
import { outOfMemory } from '../../tables/oom-cell.ts'
import type { CardColumn } from '../../tables/selection.ts'
import { buildTable, type Cell, missing, type Table, text } from '../../tables/table.ts'
import { forCustomer, oomText } from '../customer-table.ts'
import { type Block, paragraph, type Section, tableBlock } from '../document.ts'
import type { Subject } from '../subject.ts'
import { loadText, ranAt, reachedOf } from '../workloads.ts'

/** "Per-workload throughput comparison", and the workloads of a fixed demand by what their users wait for. */
export function throughput(subject: Subject): Section | null {
  const { selection, facts } = subject
  const table = throughputTable(selection, facts)
  const kept = forCustomer(table, {
    title: 'Throughput',
    notes: [
      'One stream: tokens per second of one user. Several streams: tokens per second of all users together. ± is half of the 95 % interval; there is none where one trial was run.',
    ],
    oom: (row, column) => {
      const [scenario, card] = [
        selection.scenarios.find(({ name }) => name === row),
        selection.cards.find(({ key }) => key === column),
      ]
      return scenario && card ? (outOfMemory(scenario, card, selection, facts)?.reason ?? null) : null
    },
  })
  const demands = demandsTable(subject)
  if (kept.rows.length === 0 && demands === null) return null
  return {
    id: 'throughput',
    title: 'Per-workload throughput comparison',
    blocks: [
      ...tableBlock(kept),
      ...speedTexts(table, subject),
      ...(demands === null
        ? []
        : [
            paragraph(
              'Other workloads have a fixed demand, and every card that keeps up with it has the same throughput. The table has how long their users wait, and what the card costs per month at this demand.',
            ),
            ...tableBlock(demands),
          ]),
    ],
  }
}

/** How much faster the other cards are where both run, and what only one runs. */
function speedTexts(table: Table, subject: Subject): Block[] {
  const [first, ...others] = subject.selection.cards
  const uplifts = others.flatMap((card) => {
    const at = table.columns.findIndex(({ id }) => id === (others.length === 1 ? 'uplift' : `uplift-${card.key}`))
    const ratios = table.rows.flatMap(({ cells }) => {
      const cell = cells[at]
      return cell?.kind === 'ratio' ? [cell.value] : []
    })
    if (ratios.length === 0) return []
    return [paragraph(`For workloads that both run, the ${card.label} ${speedAgainst(ratios)} the ${first!.label}.`)]
  })
  const only = subject.selection.cards.flatMap((card) => {
    const titlesOf = (why: Alone) =>
      subject.winners
        .filter(({ alone, card: winner }) => alone === why && winner?.key === card.key)
        .map(({ workload }) => workload.title)
    const [alone, withinSlo] = [titlesOf('memory'), titlesOf('slo')]
    return [
      ...(alone.length === 0
        ? []
        : [paragraph(`Only the ${card.label} runs ${joinedAnd(alone)}: there you pay for capability, not for speed.`)]),
      ...(withinSlo.length === 0
        ? []
        : [paragraph(`Only the ${card.label} meets the SLO of ${joinedAnd(withinSlo)}.`)]),
    ]
  })
  return [...uplifts, ...only]
}

function demandsTable(subject: Subject): Table | null {
  const { selection } = subject
  const workloads = workloadsOf(selection).filter(({ rows }) => rows.every(hasFixedDemand))
  if (workloads.length === 0) return null
  const table = buildTable({
    id: 'demands',
    title: 'At a fixed demand',
    columns: [
      { id: 'workload', head: 'Workload', align: 'left', cell: (workload: Workload) => workloadText(workload) },
      ...selection.cards.map((card) => ({
        id: card.key,
        head: card.label,
        align: 'right' as const,
        cell: (workload: Workload) => demandCell(workload, card, subject),
      })),
    ],
    rows: workloads,
    rowId: ({ id }) => id,
  })
  return forCustomer(table, {
    notes: [
      'The time is the median until the first token. "Within the SLO" is the share of requests that met every limit of the workload.',
    ],
    oom: (row, column) => {
      const scenario = workloads.find(({ id }) => id === row)?.rows[0]
      const card = selection.cards.find(({ key }) => key === column)
      return scenario && card ? (outOfMemory(scenario, card, selection, subject.facts)?.reason ?? null) : null
    },
  })
}

const workloadText = (workload: Workload): Cell => ({
  kind: 'text',
  text: workload.title,
  detail: isSwept(workload) ? 'highest load within the SLO' : demandText(workload.rows[0]!.sample.scenario.load),
})

function demandCell(workload: Workload, card: CardColumn, { selection, facts }: Subject): Cell {
  const oom = workload.rows.map((row) => outOfMemory(row, card, selection, facts)).find((each) => each !== null)
  const reached = reachedOf(workload, card, selection)
  const run = isSwept(workload) ? reached?.run : selection.runOf(workload.rows[0]!.name, card.key)
  if (oom !== undefined && !ranAt(workload, card, selection)) return oomText(oom.reason)
  if (run === undefined || run === null) {
    const measured = workload.rows.some(({ name }) => selection.runOf(name, card.key) !== null)
    return measured ? text('within the SLO at no load tried') : missing('not measured')
  }
  const row = workload.rows.find(({ name }) => name === run.scenario.name)!
  const ttft = measuredOf(run, ttftMetrics(run.scenario).median)
  const wait = 'reason' in ttft ? null : `${ttft.value.value.toFixed(0)} ms`
  const share = sloShareOfRun(run)
  const cost = monthlyCost(cardMoney(card, selection, facts, row))
  const main = isSwept(workload) && reached !== null ? loadText(reached) : wait
  if (main === null) return missing('the time to the first token was not measured')
  const details = [
    ...(isSwept(workload) && wait !== null ? [wait] : []),
    ...(share === null ? [] : [`${(share.mean * 100).toFixed(0)} % within the SLO`]),
    ...('value' in cost ? [`${formatGbp(cost.value.value, 0)} per month`] : []),
  ]
  return { kind: 'text', text: main, detail: details.join(' · '), ...stampOf(run) }
}

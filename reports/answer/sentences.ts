import { headlineMetric } from '../../harness/metrics/headline.ts'
import { workloadUnit } from '../../harness/metrics/workload-unit.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { counted } from '../../harness/units.ts'
import { hasFixedDemand } from '../comparison/card-money.ts'
import { excludedBy, type Winner } from '../comparison/winners.ts'
import type { Facts } from '../facts.ts'
import { formatShare } from '../render/format-cell.ts'
import { sweepFindings } from '../sweep/findings.ts'
import type { Sweep } from '../sweep/lines.ts'
import { percentText } from '../tables/economics-rows.ts'
import { measuredOf } from '../tables/figure-cell.ts'
import { outOfMemory } from '../tables/oom-cell.ts'
import { type CardColumn, type ScenarioRow, type Selection, selectedRuns } from '../tables/selection.ts'
import { sloText } from '../tables/slo-text.ts'
import { costLabel, rowFigures } from './row-figures.ts'
import { saidCell, saidUnit, speedSentence } from './said-figures.ts'
import { simulatedPart } from './simulated-parts.ts'
import { decidedOf, winsSentence } from './wins.ts'
import { rowNoun } from './workloads.ts'

/** What the verdict of a report is made from. */
export interface Judged {
  readonly selection: Selection
  readonly facts: Facts
  readonly winners: readonly Winner[]
  readonly sweeps: readonly Sweep[]
  /** Whether measured and simulated runs are mixed: then a sentence on a simulated one says so. */
  readonly isMixed: boolean
  /** The workload whose figures stand for the report; null where no run has a figure. */
  readonly deciding: ScenarioRow | null
}

/** A sentence, empty where there is nothing to say, and the runs behind it. */
interface Said {
  readonly text: string
  readonly runs: readonly RunRecord[]
}

/** The verdict in plain English: three sentences at most. */
export function verdictSentences(judged: Judged): string[] {
  const { selection, deciding } = judged
  const said =
    deciding === null
      ? withoutFigures(judged)
      : selection.cards.length > 1
        ? ofSeveralCards(judged, deciding)
        : ofOneCard(judged, deciding)
  return said
    .filter(({ text }) => text !== '')
    .slice(0, 3)
    .map(({ text, runs }) => {
      const part = judged.isMixed ? simulatedPart(runs) : ''
      return part === '' ? text : text.replace(/\.$/, ` (${part}).`)
    })
}

function ofSeveralCards({ selection, facts, winners }: Judged, deciding: ScenarioRow): Said[] {
  const winner = winners.find(({ scenario }) => scenario.name === deciding.name)
  const runs = runsOf(deciding, selection)
  const wins =
    winners.length > 1
      ? winsSentence(
          selection.cards,
          winners.map((each) => decidedOf(each, selection, facts)),
          rowNoun(selection),
        )
      : ''
  return [
    { text: wins, runs: selectedRuns(selection) },
    { text: winner === undefined ? '' : winnerSentence(winner), runs },
    // at a fixed demand the output follows from what was asked for
    { text: hasFixedDemand(deciding) ? '' : speedSentence(deciding, selection), runs },
  ]
}

const runsOf = (row: ScenarioRow, { cards, runOf }: Selection): RunRecord[] =>
  cards.flatMap(({ key }) => runOf(row.name, key) ?? [])

function winnerSentence({ scenario, card, why, alone }: Winner): string {
  if (card === null) return `For ${scenario.title} there is no winner: ${why}.`
  if (alone === 'memory') return `Only the ${card.label} runs ${scenario.title} (${why}).`
  if (alone === 'slo') return `Only the ${card.label} meets the SLO of ${scenario.title} (${why}).`
  return /^\d/.test(why)
    ? `For ${scenario.title}, the ${card.label} is ${why}.`
    : `For ${scenario.title}, the ${card.label} wins: ${why}.`
}

function ofOneCard({ selection, facts, winners, sweeps }: Judged, row: ScenarioRow): Said[] {
  const card = selection.cards[0]!
  const isSweep = rowNoun(selection) === 'load'
  const { kind } = row.sample.scenario
  const figures = rowFigures(row, selection, facts)
  const cellOf = (id: string) => figures.find((each) => each.id === id)?.cell(card)
  const [speedCell, costCell, energyCell] = [cellOf('speed'), cellOf('cost'), cellOf('energy')]
  const speed = speedCell === undefined ? null : saidCell(speedCell, saidUnit(headlineMetric(row.sample.scenario)))
  const share = speedCell?.kind === 'number' && speedCell.limit ? speedCell.limit.share : null
  const cost = costCell === undefined ? null : saidCell(costCell, costLabel(row).replace('£ ', ''))
  const energy = energyCell?.kind === 'number' ? saidCell(energyCell, energyCell.unit) : null
  const { utilisation, tariffGbpPerKwh } = facts.money
  const runs = runsOf(row, selection)
  const count = winners.length > 1 && !isSweep ? countSentence(card, winners, selection, facts) : ''
  const slo = sloPart(row, card, selection, facts)
  const speedText =
    speed === null
      ? slo === ''
        ? ''
        : `${row.title} on the ${card.label} is ${slo}.`
      : `${row.title} on the ${card.label}: ${speed}${share === null ? '' : `, ${formatShare(share)} of the physical limit`}${slo === '' ? '' : `, ${slo}`}.`
  const money =
    cost === null && energy === null
      ? ''
      : `${[
          ...(cost === null
            ? []
            : [`It costs ${cost} at ${percentText(utilisation)} utilisation and £${tariffGbpPerKwh}/kWh`]),
          ...(energy === null
            ? []
            : [
                `${cost === null ? 'It' : 'it'} ${kind === 'text' ? `yields ${energy}` : `uses ${energy} per ${workloadUnit(kind).each}`}`,
              ]),
        ].join('; ')}.`
  return [
    { text: count, runs: selectedRuns(selection) },
    { text: speedText, runs },
    { text: money, runs },
    isSweep && sweeps[0] !== undefined ? loadSentence(sweeps[0]) : { text: waitSentence(figures, card), runs },
  ]
}

/** Whether a card met the SLO of a workload; empty where it has none. */
function sloPart(row: ScenarioRow, card: CardColumn, selection: Selection, facts: Facts): string {
  const limits = sloText(row.sample)
  if (limits === null) return ''
  const excluded = excludedBy(row, card, selection, facts)
  if (excluded === null) return `within the SLO (${limits})`
  return `${excluded.isKnown ? 'not' : 'not known to be'} within the SLO (${limits}): ${excluded.reason}`
}

/** The highest load within the SLO, where a sweep has one, else its knee. */
function loadSentence(sweep: Sweep): Said {
  const said = sweepFindings({
    ...sweep,
    lines: sweep.lines.slice(0, 1).map((line) => ({ ...line, simulated: false })),
  })
  return {
    text: said.find((sentence) => sentence.includes('SLO (')) ?? said[0] ?? '',
    runs: (sweep.lines[0]?.loads ?? []).map(({ run }) => run),
  }
}

function waitSentence(figures: ReturnType<typeof rowFigures>, card: CardColumn): string {
  const ttft = figures.find(({ id }) => id === 'ttft')
  const said = ttft === undefined ? null : saidCell(ttft.cell(card), 'ms')
  return ttft === undefined || said === null ? '' : `${ttft.label}: ${said}.`
}

function countSentence(card: CardColumn, winners: readonly Winner[], selection: Selection, facts: Facts): string {
  const outs = winners.filter(({ scenario }) => outOfMemory(scenario, card, selection, facts) !== null).length
  const failed = winners.filter(({ scenario }) => isWithoutFigure(scenario, card, selection)).length - outs
  const ran = winners.length - outs - failed
  const rest = [
    ...(outs === 0 ? [] : [`; ${outs} ${outs === 1 ? 'does' : 'do'} not fit into its memory`]),
    ...(failed === 0 ? [] : [`; ${failed} failed`]),
  ].join('')
  return `The ${card.label} ran ${rest === '' ? counted(ran, 'workload') : `${ran} of ${counted(winners.length, 'workload')}`}${rest}.`
}

function isWithoutFigure({ name }: ScenarioRow, card: CardColumn, selection: Selection): boolean {
  const run = selection.runOf(name, card.key)
  return run === null || 'reason' in measuredOf(run, headlineMetric(run.scenario))
}

/** No run has a figure: out of memory, which is a result, or failed. */
function withoutFigures({ selection, facts }: Judged): Said[] {
  const { cards } = selection
  const all = selection.scenarios.flatMap((row) =>
    selection.cards.map((card) => ({ row, card, oom: outOfMemory(row, card, selection, facts) })),
  )
  const outs = all.flatMap(({ row, card, oom }) =>
    oom === null ? [] : [`${row.title} on the ${card.label}: ${oom.reason}`],
  )
  const [first, ...others] = outs
  const failures = selectedRuns(selection).flatMap(({ failure }) => failure ?? [])
  const what = counted(selection.scenarios.length, 'workload')
  const runs = selectedRuns(selection)
  const texts = [
    outs.length === all.length
      ? `${cards.length === 1 ? `The ${cards[0]!.label} does not have` : 'None of the cards has'} the memory for ${selection.scenarios.length === 1 ? 'this workload' : `any of the ${what}`}.`
      : `No run has a figure${failures[0] === undefined ? '' : `: ${failures[0]}`}.`,
    first === undefined ? '' : `${first}${others.length === 0 ? '' : `; and ${others.length} more`}.`,
  ]
  return texts.map((text) => ({ text, runs }))
}

import type { WithInterval } from '../../harness/verdict/verdict.ts'
import type { FleetComparison } from '../fleet/fleet-comparison.ts'
import type { FleetStanding } from '../fleet/standing/standing.ts'
import { type Family, type FamilyHead, type Labels, labelValue, type Series } from './exposition.ts'
import { heads } from './heads.ts'
import type { RunSet } from './run-sets.ts'

/** Labels of a set by its unit and column; undefined for one that is not on the page. */
const byPlace = (sets: readonly RunSet[]): ((unit: string, column: string) => Labels | undefined) => {
  // newest first: where two cards have one id, the verdict is that of the one that is there now
  const labels = new Map(sets.toReversed().map((set) => [`${set.unit} ${set.column}`, set.labels]))
  return (unit, column) => labels.get(`${unit} ${column}`)
}

/** Each unit beside its siblings. */
export function siblingFamilies(sets: readonly RunSet[], { cells }: FleetStanding): Family[] {
  const labelsOf = byPlace(sets)
  const shown = cells.flatMap((cell) => {
    const labels = labelsOf(cell.unit, cell.column)
    return labels === undefined || cell.kind === 'absent' ? [] : [{ ...cell, labels }]
  })
  const verdicts = shown.map(({ labels, lead }) => {
    const state: Labels =
      lead === null ? { verdict: 'not-judged' } : { verdict: lead.verdict, metric: labelValue(lead.metric) }
    return { labels: { ...labels, ...state }, value: 1 }
  })
  const figures = shown.flatMap(({ labels, figures: all }) =>
    all.map((figure) => ({ ...figure, labels: { ...labels, metric: labelValue(figure.metric) } })),
  )
  return [
    { ...heads.siblingsVerdict, series: verdicts },
    { ...heads.siblingsWorse, series: figures.map(({ labels, worseBy }) => ({ labels, value: worseBy })) },
    { ...heads.siblingsMargin, series: figures.map(({ labels, margin }) => ({ labels, value: margin })) },
  ]
}

/** Each unit against its own baseline, and all units of a card in a scenario. */
export function baselineFamilies(sets: readonly RunSet[], { cells, groups }: FleetComparison): Family[] {
  const labelsOf = byPlace(sets)
  const shown = cells.flatMap((cell) => {
    const labels = labelsOf(cell.unit, cell.column)
    return labels === undefined || cell.kind === 'absent' ? [] : [{ ...cell, labels }]
  })
  const whole = groups.flatMap((group) => {
    const set = sets.find(
      ({ column, labels }) => column === group.column.id && labels['card'] === labelValue(group.card),
    )
    return set === undefined ? [] : [{ ...group, labels: fleetLabels(set.labels) }]
  })
  return [
    {
      ...heads.baselineVerdict,
      series: shown.map(({ labels, verdict, lead }) => ({
        labels: { ...labels, verdict: verdict ?? 'not-judged', metric: lead?.key ?? '' },
        value: 1,
      })),
    },
    ...changes([heads.baselineChange, heads.baselineChangeLow, heads.baselineChangeHigh], shown),
    {
      ...heads.fleetVerdict,
      series: whole.map(({ labels, verdict }) => ({ labels: { ...labels, verdict }, value: 1 })),
    },
    ...changes([heads.fleetChange, heads.fleetChangeLow, heads.fleetChangeHigh], whole),
  ]
}

/** What all units of a card in a scenario have in common. */
const fleetLabels = ({ card, scenario, setting, other_cards, model, source }: Labels): Labels =>
  Object.fromEntries(
    Object.entries({ card, scenario, setting, other_cards, model, source }).map(([name, value]) => [name, value ?? '']),
  )

interface Changed {
  readonly labels: Labels
  readonly metrics: readonly { readonly key: string; readonly change: WithInterval | null }[]
}

/** The change in each metric, with both ends of its interval: a family each. */
function changes(families: readonly [FamilyHead, FamilyHead, FamilyHead], all: readonly Changed[]): Family[] {
  const found = all.flatMap(({ labels, metrics }) =>
    metrics.flatMap(({ key, change }) => (change === null ? [] : [{ labels: { ...labels, metric: key }, change }])),
  )
  const values = [
    ({ value }: WithInterval) => value,
    ({ ci95 }: WithInterval) => ci95[0],
    ({ ci95 }: WithInterval) => ci95[1],
  ] as const
  return families.map((head, at) => ({
    ...head,
    series: found.map(({ labels, change }): Series => ({ labels, value: values[at]!(change) })),
  }))
}

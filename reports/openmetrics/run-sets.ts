import { servingGpus, servingUuids } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { settingText } from '../../harness/record/setting/operating-point.ts'
import { isSideBySide } from '../../harness/verdict/side-by-side.ts'
import { cardNameOf, unitOf, unitsOf } from '../fleet/boxes.ts'
import { columnOf } from '../fleet/matrix.ts'
import { type Labels, labelText, labelValue } from './exposition.ts'

/** One unit in one scenario at one setting: the newest run of it that has ended, and the labels of its series. */
export interface RunSet {
  /** The unit and the column of a fleet that it is. */
  readonly unit: string
  readonly column: string
  readonly newest: RunRecord
  readonly labels: Labels
}

/** More sets than 2,000, which 250 servers of 8 cards have in one scenario, are not exported: the newest are. */
export const MOST_SETS = 2000

/** The newest ended run of every unit, scenario and setting, newest first, and how many such sets are above the bound. */
export function runSets(records: readonly RunRecord[]): { readonly sets: readonly RunSet[]; readonly omitted: number } {
  const units = new Map(unitsOf(records).map((unit) => [unit.id, unit]))
  const ended = records
    .filter(({ status }) => status !== 'running')
    .toSorted((a, b) => (a.startedAt < b.startedAt ? 1 : -1))
  const byLabels = new Map<string, RunSet>()
  const seen = new Set<string>()
  for (const newest of ended) {
    const [unit, column] = [unitOf(newest), columnOf(newest).id]
    // an id that two cards have, as simulated ones do, is two sets
    const key = `${unit} ${cardNameOf(newest)} ${column}`
    if (seen.has(key)) continue
    seen.add(key)
    const labels = labelsOf(newest, units.get(unit)!.host)
    // names that differ only behind the cut, or in characters that are not shown, are one series
    if (!byLabels.has(labelText(labels))) byLabels.set(labelText(labels), { unit, column, newest, labels })
  }
  const sets = [...byLabels.values()]
  return { sets: sets.slice(0, MOST_SETS), omitted: Math.max(0, sets.length - MOST_SETS) }
}

/** What a series is about. The card of a simulated run says SIMULATED, so that no average by card mixes it with live ones. */
function labelsOf(run: RunRecord, host: string): Labels {
  const { scenario, gpus } = run
  return {
    host: labelValue(host),
    gpu: labelValue(servingUuids(gpus).toSorted().join('+')),
    card: labelValue(cardNameOf(run)),
    scenario: labelValue(scenario.name),
    setting: labelValue(settingText(run)),
    other_cards: isSideBySide(run) ? 'loaded' : '',
    model: labelValue(scenario.model),
    driver: labelValue(servingGpus(gpus)[0]?.driver ?? null),
    source: run.source,
  }
}

import { servingUuids } from '../../harness/physics/serving-gpus.ts'
import { boxOf } from '../../harness/record/baselines.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { cardOf } from '../compare/pair.ts'

/** One card, or a set of cards that serve together: a row of every table of a fleet. */
export interface Unit {
  /** UUIDs of its GPUs, joined; the host where no GPU was read. */
  readonly id: string
  readonly host: string
  readonly gpus: readonly string[]
  /** Short, and unique among the units: host and the beginning of the UUIDs. */
  readonly name: string
  /** Catalogue key of the card, or the name that the machine gave; a simulated one says so, and is no sibling of a live one. */
  readonly card: string
  /** Its machine, by whatever says so: cards of one machine are not independent of each other. */
  readonly box: string
}

/** Names that many machines have, and so say nothing. */
const ANY_MACHINE = /^(localhost(\.localdomain)?|\(none\)|redacted|)$/i
/** The beginning of a UUID that is shown: `GPU-` and eight digits. */
const SHORT = 12

/** The unit that a run was measured on. */
export const unitOf = (run: RunRecord): string => boxOf(run).join(' ')

/** The units of these runs, in the order of their names. */
export function unitsOf(records: readonly RunRecord[]): Unit[] {
  const boxes = machines(records)
  const units = [...Map.groupBy(records, unitOf)].map(([id, runs]): Unit => {
    const newest = runs.reduce((last, run) => (run.startedAt > last.startedAt ? run : last))
    const gpus = servingUuids(newest.gpus).toSorted()
    const { hostname } = newest.host
    return {
      id,
      gpus,
      host: hostname,
      name: nameOf(hostname, gpus, SHORT),
      card: cardNameOf(newest),
      box: boxes(newest),
    }
  })
  const shown = Map.groupBy(units, ({ name }) => name)
  return units
    .map((unit) => (shown.get(unit.name)!.length === 1 ? unit : { ...unit, name: nameOf(unit.host, unit.gpus, 99) }))
    .toSorted((a, b) => a.name.localeCompare(b.name, 'en', { numeric: true }))
}

/** The card of a run, by which it is grouped; a simulated one says so, and is never grouped with a live one. */
export const cardNameOf = (run: RunRecord): string =>
  `${cardOf(run)}${run.source === 'simulated' ? ' (SIMULATED)' : ''}`

function nameOf(host: string, gpus: readonly string[], digits: number): string {
  if (gpus.length === 0) return host
  return `${host} ${gpus.map((uuid) => uuid.slice(0, digits)).join('+')}`
}

/**
 * Which runs are of one machine: those that saw a GPU in common, and those with one host name, unless it is one that any
 * machine may have. A container that sees one GPU only is told by its host name.
 */
function machines(records: readonly RunRecord[]): (run: RunRecord) => string {
  const parent = new Map<string, string>()
  const root = (mark: string): string => {
    const above = parent.get(mark) ?? mark
    return above === mark ? mark : root(above)
  }
  const marksOf = (run: RunRecord): string[] => [
    ...run.gpus.map(({ uuid }) => uuid),
    ...(ANY_MACHINE.test(run.host.hostname) ? [] : [`host ${run.host.hostname}`]),
    unitOf(run),
  ]
  for (const run of records) {
    const [first, ...others] = marksOf(run).map(root)
    for (const other of others) parent.set(other, first!)
  }
  return (run) => root(marksOf(run)[0]!)
}

import type { RunRecord } from '../../harness/record/schema/run.ts'
import { counted } from '../../harness/units.ts'
import type { Facts } from '../facts.ts'
import { stampOf } from '../tables/figure-cell.ts'
import { buildTable, type Table, type Tone, text } from '../tables/table.ts'

/** A finding of the doctor's checks on a host, as far as the run record has their inputs. */
export interface BoxFinding {
  readonly id: string
  readonly status: 'warn' | 'fail'
  readonly read: string
  readonly why: string
  /** Command or action that fixes it; empty where nothing can be done. */
  readonly fix: string
}

export type BoxFindings = (run: RunRecord) => readonly BoxFinding[]

interface Gotcha {
  /** The runs with this finding; never empty. */
  readonly runs: readonly RunRecord[]
  readonly id: string
  /** `pass` where nothing was found: the row says what was checked. */
  readonly status: 'warn' | 'fail' | 'pass'
  readonly foundBy: 'gate' | 'doctor'
  readonly evidence: string
  readonly fix: string
}

/** The report already marks every simulated value. */
const STAMPED = 'live-source'
/** Of many runs only a few are named. */
const MOST_RUNS = 3

/**
 * The findings of gates and doctor in these runs. Where there is none: what was checked on each card. `boxFindings` is absent where
 * no host was checked. Null where no run has gates.
 */
export function gotchasTable(runs: readonly RunRecord[], facts: Facts, boxFindings?: BoxFindings): Table | null {
  const checked = runs.filter(({ gates }) => gates.length > 0)
  const found = [...runs.flatMap(ofGates), ...(boxFindings === undefined ? [] : ofBoxes(runs, boxFindings))]
  const isClean = found.length === 0
  if (isClean && checked.length === 0) return null
  return buildTable({
    id: 'gotchas',
    title: titleOf(isClean, checked),
    columns: [
      {
        id: 'card',
        head: 'Card',
        align: 'left',
        cell: ({ runs: [run] }: Gotcha) => ({
          ...text((run!.card.key && facts.card(run!.card.key)?.label) ?? run!.card.name ?? 'unknown card'),
          detail: `host ${run!.host.hostname}`,
          ...stampOf(run!),
        }),
      },
      {
        id: 'workload',
        head: 'Workload and run',
        align: 'left',
        cell: (at) => ({
          ...text(
            at.foundBy === 'doctor' ? 'host' : isClean ? counted(at.runs.length, 'run') : at.runs[0]!.scenario.title,
          ),
          detail: runNames(at.runs),
        }),
      },
      {
        id: 'gate',
        head: 'Found by',
        align: 'left',
        cell: ({ foundBy, id, status }) =>
          text(status === 'pass' ? 'none' : `${foundBy} ${id}: ${status}`, tones[status]),
      },
      {
        id: 'evidence',
        head: 'Evidence',
        align: 'left',
        cell: ({ evidence, fix }) => ({ ...text(evidence), ...(fix === '' ? {} : { detail: fix }) }),
      },
    ],
    rows: isClean
      ? checkedOf(checked, boxFindings !== undefined)
      : found.toSorted((a, b) => Number(a.status === 'warn') - Number(b.status === 'warn')),
    rowId: ({ runs: [run], id, foundBy }) => `${run!.id}-${foundBy}-${id}`,
  })
}

function titleOf(isClean: boolean, checked: readonly RunRecord[]): string {
  if (!isClean) return 'Gates and host checks that did not pass'
  return checked.some(({ gates }) => gates.some(({ id, status }) => id === STAMPED && status === 'fail'))
    ? 'Gates and host checks: all pass but live-source, because runs are simulated'
    : 'Gates and host checks: none found anything'
}

/** What was checked on each card of a host without a finding: the gates that passed in every run, and those that were not measured. */
function checkedOf(runs: readonly RunRecord[], isHostChecked: boolean): Gotcha[] {
  const byCard = Map.groupBy(runs, ({ card, host }) => JSON.stringify([card.key ?? card.name, host.hostname]))
  return [...byCard.values()].map((own): Gotcha => {
    const idsOf = (status: 'pass' | 'not-measured') => [
      ...new Set(own.flatMap(({ gates }) => gates.flatMap((gate) => (gate.status === status ? [gate.id] : [])))),
    ]
    const unmeasured = idsOf('not-measured')
    const passed = idsOf('pass').filter((id) => !unmeasured.includes(id))
    const parts = [
      ...(passed.length === 0 ? [] : [`passed: ${passed.join(', ')}`]),
      ...(unmeasured.length === 0 ? [] : [`not measured, or not in every run: ${unmeasured.join(', ')}`]),
      ...(isHostChecked ? ['no host check warned or failed'] : []),
    ]
    return { runs: own, id: 'checked', status: 'pass', foundBy: 'gate', evidence: parts.join('; '), fix: '' }
  })
}

const tones: Readonly<Record<Gotcha['status'], Tone>> = { fail: 'bad', warn: 'warn', pass: 'good' }

const ofGates = (run: RunRecord): Gotcha[] =>
  run.gates.flatMap(({ id, status, evidence }) =>
    id !== STAMPED && (status === 'fail' || status === 'warn')
      ? [{ runs: [run], id, status, foundBy: 'gate' as const, evidence, fix: '' }]
      : [],
  )

/** A host keeps its findings from run to run: each is listed once, with its runs. */
function ofBoxes(runs: readonly RunRecord[], boxFindings: BoxFindings): Gotcha[] {
  const seen = runs.flatMap((run) => boxFindings(run).map((finding) => ({ run, finding })))
  const hostOf = (run: RunRecord) => [run.host.hostname, ...run.gpus.map(({ uuid }) => uuid)]
  return [...Map.groupBy(seen, ({ run, finding }) => JSON.stringify([hostOf(run), finding])).values()].map((group) => {
    const { id, status, read, why, fix } = group[0]!.finding
    return { runs: group.map(({ run }) => run), id, status, foundBy: 'doctor', evidence: `${read}: ${why}`, fix }
  })
}

function runNames(runs: readonly RunRecord[]): string {
  const names = runs.slice(0, MOST_RUNS).map(({ id }) => id)
  const more = runs.length - names.length
  return `${names.join(', ')}${more > 0 ? ` and ${more} more` : ''}`
}

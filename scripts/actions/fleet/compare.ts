import { exitCodes, JoulemarkError } from '../../../harness/errors.ts'
import { toJson } from '../../../harness/record/json-file.ts'
import { compareFleet, type FleetComparison } from '../../../reports/fleet/fleet-comparison.ts'
import { fleetDocument } from '../../../reports/fleet/formats/fleet-json.ts'
import { fleetJunit } from '../../../reports/fleet/formats/fleet-junit.ts'
import { fleetReport } from '../../../reports/fleet/formats/fleet-report.ts'
import { fleetOutcome, fleetSentence } from '../../../reports/fleet/outcome.ts'
import { renderCsv } from '../../../reports/render/csv.ts'
import type { RenderedFile } from '../../../reports/report.ts'
import { formatsOf } from '../../report/format-flag.ts'
import { type FailingOutcome, failingOutcomes } from '../../support/flag-values.ts'
import type { CommandIo } from '../../support/io.ts'
import { readFleetRuns } from './fleet-runs.ts'
import { markdown, onTerminal, write } from './output.ts'

/** Flags of `fleet compare`. */
export interface FleetCompareFlags {
  readonly baseline?: readonly string[]
  readonly candidate?: readonly string[]
  readonly smallestEffect?: number
  readonly smallestFleetEffect?: number
  readonly json?: boolean
  readonly format: string
  readonly out: string
  readonly failOn?: readonly FailingOutcome[]
  readonly store?: string
}

type Writer = (comparison: FleetComparison) => readonly RenderedFile[] | Promise<readonly RenderedFile[]>

const formats = {
  terminal: () => [],
  md: (each) => [{ name: 'fleet.md', text: markdown(fleetReport(each), fleetSentence(each)) }],
  html: async (each) => {
    const { fleetComparisonPage } = await import('../../../reports/fleet/formats/page.ts')
    return [{ name: 'fleet.html', text: await fleetComparisonPage(each) }]
  },
  csv: (each) => renderCsv(fleetReport(each)),
  json: (each) => [{ name: 'fleet.json', text: toJson(fleetDocument(each)) }],
  junit: (each) => [{ name: 'fleet.junit.xml', text: fleetJunit(each) }],
} as const satisfies Record<string, Writer>

/** Compares two sides of runs of many boxes: prints the answer and the heat map, and returns the exit code of the outcome. */
export async function fleetCompare(sides: readonly string[], flags: FleetCompareFlags, io: CommandIo): Promise<number> {
  formatsOf(flags.format, Object.keys(formats))
  const { baseline, candidate } = sidesOf(sides, flags)
  const [before, after] = [await readFleetRuns(baseline, flags, io), await readFleetRuns(candidate, flags, io)]
  const comparison = compareFleet(before.records, after.records, {
    ...(flags.smallestEffect === undefined ? {} : { smallestEffect: flags.smallestEffect }),
    ...(flags.smallestFleetEffect === undefined ? {} : { smallestFleetEffect: flags.smallestFleetEffect }),
    notes: [...before.unreadable, ...after.unreadable].map((line) => `not read: ${line}`),
  })
  return showComparison(comparison, flags, io)
}

/** Prints a comparison, writes its files, and returns the exit code of its outcome. Throws `bad-input` for an unknown format. */
export async function showComparison(
  comparison: FleetComparison,
  flags: Pick<FleetCompareFlags, 'json' | 'format' | 'out' | 'failOn'>,
  io: CommandIo,
): Promise<number> {
  const wanted = formatsOf(flags.format, Object.keys(formats)) as (keyof typeof formats)[]
  if (flags.json) io.stdout(toJson(fleetDocument(comparison)))
  else if (wanted.includes('terminal'))
    io.stdout(onTerminal(fleetSentence(comparison), (width) => fleetReport(comparison, width), io))
  for (const format of wanted) await write(await formats[format](comparison), flags.out, io)
  return exitCodeOf(comparison, flags.failOn)
}

/** 1 regressed, 4 inconclusive, 5 not comparable, each only if it is among `failOn`; a regression always is. */
function exitCodeOf(comparison: FleetComparison, failOn: readonly FailingOutcome[] = failingOutcomes): number {
  const outcome = fleetOutcome(comparison)
  if (outcome === 'regressed') return exitCodes.negativeResult
  if (outcome === 'inconclusive' && failOn.includes(outcome)) return exitCodes.inconclusive
  return outcome === 'not-comparable' && failOn.includes(outcome) ? exitCodes.notComparable : exitCodes.done
}

/** Two folders, or both lists of folders. */
function sidesOf(
  sides: readonly string[],
  { baseline, candidate }: FleetCompareFlags,
): { readonly baseline: readonly string[]; readonly candidate: readonly string[] } {
  if (baseline !== undefined && candidate !== undefined && sides.length === 0) return { baseline, candidate }
  const [before, after] = sides
  if (
    before !== undefined &&
    after !== undefined &&
    sides.length === 2 &&
    baseline === undefined &&
    candidate === undefined
  )
    return { baseline: [before], candidate: [after] }
  throw new JoulemarkError(
    'bad-input',
    'fleet compare takes two folders, BASELINE CANDIDATE, or several with --baseline FOLDER... and --candidate FOLDER...',
  )
}

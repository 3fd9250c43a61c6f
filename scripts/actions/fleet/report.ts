import { exitCodes } from '../../../harness/errors.ts'
import { toJson } from '../../../harness/record/json-file.ts'
import { type FleetHistory, fleetHistory } from '../../../reports/fleet/history/fleet-history.ts'
import { historyCharts } from '../../../reports/fleet/history/history-charts.ts'
import { historySentence, historyTables } from '../../../reports/fleet/history/history-tables.ts'
import {
  type FleetStanding,
  fleetStanding,
  judgedUnits,
  lowUnits,
  standingSentence,
} from '../../../reports/fleet/standing/standing.ts'
import { standingDocument } from '../../../reports/fleet/standing/standing-json.ts'
import { standingPage, standingReport } from '../../../reports/fleet/standing/standing-report.ts'
import { renderCsv } from '../../../reports/render/csv.ts'
import { formatsOf } from '../../report/format-flag.ts'
import type { CommandIo } from '../../support/io.ts'
import { readFleetRuns } from './fleet-runs.ts'
import { markdown, onTerminal, write } from './output.ts'

/** Flags of `fleet report`. */
export interface FleetReportFlags {
  readonly json?: boolean
  readonly history?: boolean
  readonly format: string
  readonly out: string
  readonly store?: string
}

const formats = ['terminal', 'md', 'html', 'csv', 'json'] as const

/** Many boxes beside each other: prints the answer and the heat map. Exit code 1 where a unit is below its
 * siblings, 5 where none has any. */
export async function fleetReportOf(paths: readonly string[], flags: FleetReportFlags, io: CommandIo): Promise<number> {
  formatsOf(flags.format, formats)
  const { records, unreadable } = await readFleetRuns(paths, flags, io)
  return showStanding(fleetStanding(records, unreadable), flags.history ? fleetHistory(records) : null, flags, io)
}

/** Prints how boxes stand beside each other, writes the files, and returns the exit code. Throws `bad-input` for an unknown format. */
export async function showStanding(
  standing: FleetStanding,
  history: FleetHistory | null,
  flags: Pick<FleetReportFlags, 'json' | 'format' | 'out'>,
  io: CommandIo,
): Promise<number> {
  const wanted = formatsOf(flags.format, formats)
  const extras =
    history === null
      ? { tables: [], charts: [], sentence: '' }
      : { tables: historyTables(history), charts: historyCharts(history), sentence: historySentence(history) }
  const sentence = `${standingSentence(standing)}${extras.sentence}`
  if (flags.json) io.stdout(toJson(standingDocument(standing, history)))
  else if (wanted.includes('terminal'))
    io.stdout(onTerminal(sentence, (width) => standingReport(standing, extras, width), io))
  const files = {
    md: () => [{ name: 'fleet-report.md', text: markdown(standingReport(standing, extras), sentence) }],
    html: async () => [{ name: 'fleet-report.html', text: await standingPage(standing, extras) }],
    csv: () => renderCsv(standingReport(standing, extras)),
    json: () => [{ name: 'fleet-report.json', text: toJson(standingDocument(standing, history)) }],
  }
  for (const format of wanted)
    if (format in files) await write(await files[format as keyof typeof files](), flags.out, io)
  if (lowUnits(standing).length > 0) return exitCodes.negativeResult
  // who asks for a history of one server has its answer
  return judgedUnits(standing) === 0 && history === null ? exitCodes.notComparable : exitCodes.done
}

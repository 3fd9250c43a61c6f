import { boxFindings } from '../../harness/box/findings.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import type { StoredRun } from '../../harness/record/read.ts'
import { readRunRows } from '../../harness/record/run-rows.ts'
import { buildReport, shownRuns } from '../../reports/build.ts'
import { type RunSeries, runSeries } from '../../reports/charts/run-series.ts'
import type { Claims } from '../../reports/claims/claims.ts'
import type { MoneyOptions } from '../../reports/facts.ts'
import { publish } from '../../reports/publish.ts'
import { type Format, formats as fileFormats } from '../../reports/render/renderers.ts'
import { vllmBenchText } from '../../reports/render/vllm-summary.ts'
import type { Report } from '../../reports/report.ts'
import { type VllmBenchTrial, vllmBenchTrials } from '../../reports/vllm-bench/trial-summary.ts'
import { readClaims } from '../report/claims-file.ts'
import { formatsOf } from '../report/format-flag.ts'
import { givenText } from '../report/given-text.ts'
import type { ReportFlags } from '../report/report-flags.ts'
import { withRuns } from '../store/given-runs.ts'
import type { CommandIo } from '../support/io.ts'
import { moneyOf } from '../support/money/stated-money.ts'
import { reportText } from '../support/terminal.ts'
import { servingExample } from './serve.ts'

/** Makes the comparison report from run records, or checks a file of claims, or both: on the terminal and as files. */
export async function report(paths: readonly string[], flags: ReportFlags, io: CommandIo): Promise<number> {
  if (flags.for === 'customer') return (await import('../report/customer-report.ts')).customerReport(paths, flags, io)
  refuseCustomerFlags(flags)
  const asked = formatsOf(flags.format, [...fileFormats, METRICS])
  const metrics = asked.includes(METRICS)
  const formats = asked.filter((format) => format !== METRICS)
  if (metrics && formats.length === 0) return reportMetrics(paths, flags, io)
  if (flags.out.endsWith('.prom')) {
    throw new JoulemarkError('bad-input', `--out ${flags.out}: a .prom file holds --format openmetrics alone`)
  }
  if (paths.length === 0 && flags.claims === undefined) {
    throw new JoulemarkError(
      'bad-input',
      'report requires run folders, such as results, or --claims FILE (or --claims article)',
    )
  }
  const claims = flags.claims === undefined ? null : await readClaims(flags.claims)
  const money = moneyOf(flags, io)
  const made =
    paths.length === 0
      ? await assemble({ stored: [] }, money, claims, formats)
      : await withRuns(paths, flags, io, async ({ records, whole }) =>
          assemble({ stored: await records(), whole }, money, claims, formats),
        )
  const built = { ...made, ...named(flags) }
  if (formats.includes('terminal')) io.stdout(reportText(built, io, flags.all === true))
  if (formats.includes('vllm')) io.stdout(vllmBenchText(built))
  const files = formats.filter((format) => format !== 'terminal')
  const written = await publish(built, files, flags.out)
  for (const path of written) io.stderr.write(`wrote ${path}\n`)
  return metrics ? reportMetrics(paths, flags, io) : exitCodes.done
}

/** Title and author, where they are given. */
const named = ({ title, author }: ReportFlags) => ({
  ...(title === undefined ? {} : { title: givenText('--title', title) }),
  ...(author === undefined ? {} : { author: givenText('--author', author) }),
})

/** Flags of the report for customers do nothing in the one for the lab, and are not ignored in silence. */
function refuseCustomerFlags({ logo, site, withClaims, ownPrices }: ReportFlags): void {
  const given = Object.entries({ logo, site, 'with-claims': withClaims, 'own-prices': ownPrices }).find(
    ([, value]) => value !== undefined,
  )
  if (given !== undefined) throw new JoulemarkError('bad-input', `--${given[0]} requires --for customer`)
}

/** The format that is made from the records themselves, and not from the tables of a report. */
const METRICS = 'openmetrics'

const reportMetrics = async (paths: readonly string[], flags: ReportFlags, io: CommandIo): Promise<number> =>
  (await import('./fleet/openmetrics.ts')).writeOpenMetrics(paths, flags, io)

/** The runs of a report. `whole` fetches the files of one whose folder has none yet, and returns its folder. */
export interface RunsOfReport {
  readonly stored: readonly StoredRun[]
  readonly whole?: (directory: string) => Promise<string>
}

/** A report with the rows that its formats need, read one run at a time so that many runs fit in memory. */
export async function assemble(
  { stored, whole = async (directory) => directory }: RunsOfReport,
  money: MoneyOptions,
  claims: Claims | null,
  formats: readonly Format[],
): Promise<Report> {
  const records = stored.map(({ record }) => record)
  const drawn = new Set(shownRuns(records, money).map(({ id }) => id))
  const series = new Map<string, RunSeries>()
  const vllmBench: VllmBenchTrial[] = []
  for (const { record, directory } of stored) {
    const draw = formats.includes('html') && drawn.has(record.id)
    if (!draw && !formats.includes('vllm')) continue
    const rows = await readRunRows(await whole(directory))
    if (draw) series.set(record.id, runSeries(record, rows))
    if (formats.includes('vllm')) vllmBench.push(...vllmBenchTrials(record, rows))
  }
  return buildReport(records, {
    money,
    serving: servingExample,
    boxFindings,
    ...(claims === null ? {} : { claims }),
    ...(formats.includes('html') ? { series } : {}),
    ...(formats.includes('vllm') ? { vllmBench } : {}),
  })
}

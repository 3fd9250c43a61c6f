import { boxFindings } from '../../harness/box/findings.ts'
import { suggestion } from '../../harness/catalogue/nearest.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { plainText } from '../../harness/plain-text.ts'
import { claimTables } from '../../reports/build.ts'
import { buildCustomerReport } from '../../reports/customer/customer-report.ts'
import type { CustomerReport, Imprint } from '../../reports/customer/document.ts'
import { customerRenderers } from '../../reports/customer/formats/renderers.ts'
import { customerText } from '../../reports/customer/formats/text.ts'
import type { MoneyOptions } from '../../reports/facts.ts'
import { writeFiles } from '../../reports/write-files.ts'
import { servingExample } from '../actions/serve.ts'
import { withRuns } from '../store/given-runs.ts'
import type { CommandIo } from '../support/io.ts'
import { moneyOf } from '../support/money/stated-money.ts'
import { readClaims } from './claims-file.ts'
import { givenText } from './given-text.ts'
import { readLogo } from './logo-file.ts'
import { refusedRuns } from './refused-runs.ts'
import type { ReportFlags } from './report-flags.ts'

/** Formats of a report for customers; the others belong to the report for the lab. */
const known = ['terminal', ...Object.keys(customerRenderers)]

/** Makes the report for customers: on the terminal and as files. Exit code 1 where no run may be printed. */
export async function customerReport(paths: readonly string[], flags: ReportFlags, io: CommandIo): Promise<number> {
  const formats = formatsOf(flags.format)
  if (paths.length === 0)
    throw new JoulemarkError('bad-input', 'report --for customer requires run folders, such as results')
  checkClaims(flags)
  const claims = flags.claims === undefined ? null : await readClaims(flags.claims)
  const imprint = await imprintOf(flags)
  const money = publicMoney(flags, io)
  const report = await withRuns(paths, flags, io, async ({ records, whole }) => {
    const stored = await records()
    const refused = await refusedRuns(stored, whole)
    const runs = stored.map(({ record }) => record)
    return buildCustomerReport(runs, {
      imprint,
      money,
      refusalOf: (run) => refused.get(run) ?? null,
      serving: servingExample,
      boxFindings,
      ...(claims === null ? {} : { claims: claimTables(claims, runs) }),
    })
  })
  for (const line of report.omitted) io.stderr.write(`omitted: ${plainText(line)}\n`)
  if (report.isEmpty)
    throw new JoulemarkError(
      'negative-result',
      'none of these runs may be printed on a page for customers, so none was made',
    )
  return write(report, formats, flags, io)
}

/**
 * The money of the page: flags, which are meant for it, over what is public. What joulemark.yaml states, such as the price that
 * the vendor paid, is the cost behind a quote: it is used only with --own-prices.
 */
function publicMoney(flags: ReportFlags, io: CommandIo): MoneyOptions {
  const { ownPrices = {}, configured = {}, ...stated } = moneyOf(flags, io)
  if (flags.ownPrices) return { ...stated, ownPrices, configured }
  if (Object.keys({ ...ownPrices, ...configured }).length > 0)
    io.stderr.write(
      'prices, electricity and utilisation of joulemark.yaml are not used on this page; --own-prices prints them\n',
    )
  return stated
}

async function write(
  report: CustomerReport,
  formats: readonly string[],
  { out }: ReportFlags,
  io: CommandIo,
): Promise<number> {
  const { color, columns } = io
  if (formats.includes('terminal')) io.stdout(customerText(report, { color, ...(columns === null ? {} : { columns }) }))
  const files = await Promise.all(
    formats.flatMap((format) =>
      format === 'terminal' ? [] : [customerRenderers[format as keyof typeof customerRenderers](report)],
    ),
  )
  for (const path of await writeFiles(files.flat(), out, 'the report to ')) io.stderr.write(`wrote ${path}\n`)
  return exitCodes.done
}

function formatsOf(text: string): string[] {
  const words = [...new Set(text.split(',').map((word) => word.trim()))]
  for (const word of words) {
    if (!known.includes(word))
      throw new JoulemarkError('bad-input', `--format ${word} with --for customer: ${suggestion(word, known)}`)
  }
  return words
}

/** The audit of other people's figures is never on a page for customers by accident. */
function checkClaims({ claims, withClaims }: ReportFlags): void {
  if (claims !== undefined && !withClaims)
    throw new JoulemarkError(
      'bad-input',
      '--claims is not printed on a page for customers; add --with-claims to print the checked claims all the same',
    )
  if (withClaims && claims === undefined)
    throw new JoulemarkError('bad-input', '--with-claims requires --claims FILE (or --claims article)')
}

async function imprintOf({ title, author, site, logo }: ReportFlags): Promise<Imprint> {
  for (const [flag, value] of Object.entries({ title, author, site })) {
    if (value !== undefined) givenText(`--${flag}`, value)
  }
  return {
    ...(title === undefined ? {} : { title }),
    ...(author === undefined ? {} : { author }),
    ...(site === undefined ? {} : { site }),
    ...(logo === undefined ? {} : { logo: await readLogo(logo) }),
  }
}

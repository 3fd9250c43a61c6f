import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { exitCodes, JoulemarkError, messageOf } from '../../harness/errors.ts'
import { refusalLine } from '../../harness/evidence/refusals.ts'
import { verifyRun } from '../../harness/evidence/verify-run.ts'
import { noConfig } from '../../harness/scenario/config/load-config.ts'
import { quoteHtml } from '../../reports/quote/html.ts'
import { type InputsText, quoteInputs } from '../../reports/quote/inputs-source.ts'
import { quoteJson } from '../../reports/quote/json.ts'
import { showPence } from '../../reports/quote/pence.ts'
import { buildQuote, type QuotedRun } from '../../reports/quote/quote.ts'
import { withRuns } from '../store/given-runs.ts'
import { findChromium, printPdf } from '../support/chromium.ts'
import type { CommandIo } from '../support/io.ts'

/** Flags of `quote`. */
export interface QuoteFlags {
  readonly customer: string
  readonly inputs?: string
  readonly number?: string
  readonly out: string
  readonly pdf: boolean
  /** Store that `store:` arguments are about. */
  readonly store?: string
}

/** Makes a customer quote from runs that verify and are quotable. Exit code 1 with the first reason if a run is not. */
export async function quote(paths: readonly string[], flags: QuoteFlags, io: CommandIo): Promise<number> {
  checkFlags(flags)
  const file = flags.inputs === undefined ? null : await readInputs(flags.inputs)
  const runs = await withRuns(paths, flags, io, async ({ folders }) => {
    const quoted: QuotedRun[] = []
    for (const directory of await folders()) quoted.push(await quotable(directory))
    return quoted
  })
  const [first] = runs
  if (first === undefined) throw new JoulemarkError('bad-input', 'no runs were given')
  const made = buildQuote(runs, {
    customer: flags.customer.trim(),
    date: new Date().toISOString().slice(0, 10),
    inputs: quoteInputs(first.record, file, io.config ?? noConfig),
    ...(flags.number === undefined ? {} : { number: flags.number }),
  })
  const path = (ending: string) => join(flags.out, `quote-${made.number}.${ending}`)
  await write(path('html'), quoteHtml(made))
  await write(path('json'), quoteJson(made))
  io.stderr.write(`wrote ${path('html')}\nwrote ${path('json')}\n`)
  if (flags.pdf) io.stderr.write(`${await pdfLine(path('html'), path('pdf'), io.env)}\n`)
  io.stdout(
    `${made.number}: ${showPence(made.price.exVatPence)} per month, ex VAT (${showPence(made.price.incVatPence)} inc VAT)\n`,
  )
  return exitCodes.done
}

async function quotable(directory: string): Promise<QuotedRun> {
  const verification = await verifyRun(directory)
  const { record, digest, signedBy } = verification
  const reason = refusalLine(verification)
  if (reason !== null || record === null || digest === null || signedBy === null) {
    throw new JoulemarkError('negative-result', `not quotable: ${record?.id ?? directory}: ${reason}`)
  }
  return { record, digest, signedBy }
}

async function readInputs(path: string): Promise<InputsText> {
  try {
    return { path, text: await readFile(path, 'utf8') }
  } catch (error) {
    throw new JoulemarkError('bad-input', `--inputs ${path}: cannot be read: ${messageOf(error)}`)
  }
}

async function pdfLine(htmlPath: string, pdfPath: string, env: NodeJS.ProcessEnv): Promise<string> {
  const chromium = findChromium(env)
  if (chromium === null) return 'no PDF: Chromium is not installed; print the HTML page to A4'
  const problem = await printPdf(chromium, htmlPath, pdfPath)
  return problem === null ? `wrote ${pdfPath}` : `no PDF: ${chromium}: ${problem}`
}

function checkFlags({ customer, number }: QuoteFlags): void {
  if (customer.trim() === '' || customer.length > 200) {
    throw new JoulemarkError('bad-input', '--customer: expected a name of 1 to 200 characters')
  }
  if (number !== undefined && !/^[A-Za-z0-9][A-Za-z0-9._-]{0,39}$/.test(number)) {
    throw new JoulemarkError('bad-input', `--number ${number}: expected letters, digits, dots and dashes (40 at most)`)
  }
}

async function write(path: string, text: string): Promise<void> {
  try {
    await mkdir(dirname(path), { recursive: true })
    await writeFile(path, text)
  } catch (error) {
    throw new JoulemarkError('environment', `${path}: the quote cannot be written: ${messageOf(error)}`)
  }
}

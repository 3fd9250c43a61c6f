import { dirname, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { requireCardKey } from '../../harness/catalogue/find.ts'
import { cardEntryByKey, cardOfRun } from '../../harness/catalogue/own/own-cards.ts'
import { defaultMoney, priceOf, whyNoPrice } from '../../harness/catalogue/prices.ts'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import { plainText, shellWord } from '../../harness/plain-text.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { settingText } from '../../harness/record/setting/operating-point.ts'
import { type Config, noConfig } from '../../harness/scenario/config/load-config.ts'
import { counted } from '../../harness/units.ts'
import { calledAs } from '../../harness/version.ts'
import { MOST_OPTIONS } from '../../reports/quote/inputs.ts'
import { optionKey } from '../../reports/quote/one-server.ts'
import { writeNewFile } from '../../reports/write-files.ts'
import { withRuns } from '../store/given-runs.ts'
import { isReference } from '../store/reference.ts'
import type { CommandIo } from '../support/io.ts'

const schemaFile = fileURLToPath(new URL('../../docs/schemas/quote-inputs.schema.json', import.meta.url))

/** One option of a new inputs file: a card, and the runs that were measured on one server with it. */
interface KnownOption {
  readonly name: string
  readonly cardKey: string | null
  readonly gpus: number
  readonly runs: readonly string[]
}

/**
 * Writes a commented inputs file that `quote --inputs` takes as it is: the runs and cards that it is made from are in it, the
 * rest is a comment to complete. A file that exists is never replaced.
 */
export async function writeInputs(
  path: string,
  from: readonly string[],
  flags: { readonly store?: string; readonly customer?: string },
  io: CommandIo,
): Promise<number> {
  if (!/\.ya?ml$/i.test(path)) throw new JoulemarkError('bad-input', `${path}: expected a name that ends in .yaml`)
  const known = await knownOptions(path, from, flags, io)
  if (known.length > MOST_OPTIONS)
    throw new JoulemarkError(
      'bad-input',
      `expected at most ${MOST_OPTIONS} options, got ${known.length}: one for each server, setting of its cards and signing key; name fewer runs`,
    )
  const schema = relative(dirname(resolve(path)), schemaFile)
  await writeNewFile(path, inputsText(known, schema, { customer: flags.customer, config: io.config ?? noConfig }))
  io.stdout(`wrote ${path}: ${whatText(known)}. Complete it, then\n  ${nextCommand(path, known, flags.customer)}\n`)
  return exitCodes.done
}

const whatText = (known: readonly KnownOption[]): string =>
  known.length === 0
    ? 'nothing was given to start from'
    : known
        .map(({ name, runs }) => (runs.length === 0 ? `${name} (no runs)` : `${name} (${counted(runs.length, 'run')})`))
        .join(', ')

/** The quote of the file: with the customer, unless the file has one, and with runs, unless its options have some. */
function nextCommand(path: string, known: readonly KnownOption[], customer: string | undefined): string {
  const runs = known.some((option) => option.runs.length > 0) ? '' : ' RUNS'
  const named = customer === undefined ? ' --customer NAME' : ''
  return `${calledAs} quote${runs}${named} --inputs ${shellWord(path)}`
}

/** The cards and runs to start from. Runs that a quote takes as one option are one; a card without runs is one to complete. */
async function knownOptions(
  path: string,
  from: readonly string[],
  flags: { readonly store?: string },
  io: CommandIo,
): Promise<KnownOption[]> {
  const cards = from.filter((each) => !isReference(each) && cardEntryByKey(each) !== null)
  const paths = from.filter((each) => !cards.includes(each))
  for (const key of cards) requireCardKey(key, '--from')
  const folder = dirname(resolve(path))
  const found =
    paths.length === 0
      ? []
      : await withRuns(paths, flags, io, async ({ records }) =>
          (await records()).map(({ directory, record }) => ({
            record,
            run: paths.find((each) => isReference(each)) ?? (relative(folder, resolve(directory)) || '.'),
          })),
        )
  const measured = [...Map.groupBy(found, ({ record }) => optionKey(record)).values()].map((group) => {
    const runs = group.toSorted((one, other) => inOrder(one.record, other.record))
    const { record } = runs[0] as (typeof found)[number]
    return {
      name: labelOf(record),
      cardKey: record.card.key,
      gpus: servingGpus(record.gpus).length,
      runs: [...new Set(runs.map(({ run }) => run))],
    }
  })
  const named = cards.map((key) => ({ name: cardEntryByKey(key)?.label ?? key, cardKey: key, gpus: 1, runs: [] }))
  return distinctNames([...measured, ...named])
}

/** By the scenario, 8 streams before 16, then by time. */
const inOrder = (one: RunRecord, other: RunRecord): number =>
  one.scenario.name.localeCompare(other.scenario.name, 'en', { numeric: true }) ||
  one.startedAt.localeCompare(other.startedAt)

function labelOf(record: RunRecord): string {
  const { card } = record
  const setting = settingText(record)
  const label = cardOfRun(card)?.label ?? card.name ?? 'Server'
  return plainText(`${label}${setting === null ? '' : ` at ${setting}`}`).slice(0, 50)
}

const distinctNames = (options: readonly KnownOption[]): KnownOption[] =>
  options.map((option, place) => {
    const before = options.slice(0, place).filter(({ name }) => name === option.name).length
    return before === 0 ? option : { ...option, name: `${option.name} (${before + 1})` }
  })

/** Text as a YAML scalar: JSON strings are YAML. */
const quoted = (text: string): string => JSON.stringify(plainText(text))

function inputsText(
  options: readonly KnownOption[],
  schema: string,
  { customer, config }: { readonly customer: string | undefined; readonly config: Config },
): string {
  const { utilisation } = defaultMoney
  /** A key of `quote` in joulemark.yaml, with its line here where it is not stated there. */
  const unless = (key: keyof NonNullable<Config['quote']>, line: string): string =>
    config.quote?.[key] === undefined ? line : thereLine(key)
  const listed =
    options.length === 0
      ? ['# options:', ...optionLines(null).map((line) => `# ${line}`)]
      : ['options:', ...options.flatMap(optionLines)]
  return `${[
    `# yaml-language-server: $schema=${schema}`,
    '# Inputs of `joulemark quote --inputs`. Every key: docs/quote.md. Costs are in pounds; prices are in the currency below.',
    '# What is a comment is not stated here. Without the seller and a price the quote is a DRAFT.',
    '',
    ...(config.seller !== undefined ? ['# The seller is stated in joulemark.yaml.'] : []),
    '# seller:',
    '#   name: Example GPU Hosting Ltd',
    '#   address: 1 Example Street, Manchester M1 1AA',
    '#   contact: sales@example.com',
    '#   vatNumber: GB 123 4567 89',
    '#   companyNumber: "01234567"',
    '#   logo: logo.svg               # PNG, JPEG or SVG, 256 KiB at most; beside this file',
    '#   colour: "#0b5cad"',
    ...(customer === undefined
      ? ['# customer:', '#   name: Example Customer Ltd']
      : ['customer:', `  name: ${quoted(customer)}`]),
    '#   address: 2 Example Road, Leeds LS1 1AA',
    '#   contact: it@example.com',
    '#   vatNumber: GB 987 6543 21',
    '#   purchaseOrder: PO-1234',
    '',
    unless('currency', 'currency: GBP                   # or EUR, USD, then with the rate:'),
    unless('exchangeRate', '# exchangeRate: { perGbp: 1.15, source: the central bank, date: 2026-11-26 }'),
    config.quote?.vatRate === undefined
      ? unless(
          'vat',
          'vat: { case: standard, rate: 20% }   # or reverse-charge-eu, zero, outside-scope, exempt: docs/quote.md',
        )
      : thereLine('vat'),
    unless('validityDays', 'validityDays: 30'),
    unless('setupFee', '# setupFee: 150.00              # once, for all servers of an option, ex VAT'),
    unless('termMonths', '# termMonths: 12'),
    unless('delivery', '# delivery: 2026-12-15          # or words'),
    unless('support', '# support: Email, working days from 9:00 to 17:30, answer within 4 hours'),
    '',
    '# One entry per option. The price is that of one server per month, ex VAT.',
    ...listed,
    '',
    '# Costs, for a price that follows from them, and for the internal sheet (--internal) alone.',
    unless('marginShareOfPrice', '# marginShareOfPrice: 25%       # price = cost / (1 - 25%)'),
    unless('minimumMarginShareOfPrice', '# minimumMarginShareOfPrice: 10%'),
    ...electricityLines(config.electricity),
    unless('otherCostsGbpPerMonth', '# otherCostsGbpPerMonth: { Rack and network: 60.00 }'),
    config.utilisation === undefined
      ? `utilisation: ${utilisation.value * 100}%               # share of the month under load; unit prices assume it`
      : thereLine('utilisation'),
    '',
    unless('slo', '# slo: { ttftMs: 1500, tpotMs: 60 }   # limits that the runs must meet'),
    '# notPromised:',
    '#   - Availability is the subject of the service agreement, not of this quote.',
  ].join('\n')}\n`
}

/** A key that joulemark.yaml states: stated here too, it would replace that. */
const thereLine = (key: string): string => `# ${key}: stated in joulemark.yaml`

/** Tariff, PUE and overhead as comments: with the tariff of the catalogue a price that follows from it stays a draft. */
function electricityLines(stated: Config['electricity'] = {}): string[] {
  const { tariffGbpPerKwh, pue } = defaultMoney
  const field = (key: keyof typeof stated, line: string): string =>
    stated[key] === undefined ? `#   ${line}` : `#   # ${key}: stated in joulemark.yaml`
  return [
    '# electricity:',
    field(
      'tariffGbpPerKwh',
      `tariffGbpPerKwh: ${tariffGbpPerKwh.value}       # ${tariffGbpPerKwh.source}: replace it by yours`,
    ),
    field('pue', `pue: ${pue.value}                      # power usage effectiveness of the room`),
    field('hostOverhead', 'hostOverhead: 1             # whole server / GPU boards, where the server was not measured'),
  ]
}

function optionLines(option: KnownOption | null): string[] {
  const { name, cardKey, gpus, runs } = option ?? {
    name: 'RTX 4090',
    cardKey: 'rtx-4090',
    gpus: 1,
    runs: ['results/RUN'],
  }
  const price = cardKey === null ? null : priceOf(cardKey)
  const known =
    price === null
      ? `no price is bundled${cardKey === null ? '' : `: ${whyNoPrice(cardKey)}`}`
      : `the cards alone: £${price.value * Math.max(1, gpus)} (${price.source}, ${price.date})`
  return [
    `  - name: ${quoted(name)}`,
    ...(runs.length === 0
      ? ['    # runs: [results/RUN]']
      : ['    runs:', ...runs.map((run) => `      - ${quoted(run)}`)]),
    '    servers: 1',
    '    # pricePerMonth: 690.00',
    `    # box: { capexGbp: 14500.00, writeOffMonths: 36 }   # whole server; ${plainText(known)}`,
  ]
}

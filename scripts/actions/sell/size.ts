import { cardsNamed } from '../../../harness/catalogue/find.ts'
import type { CardEntry } from '../../../harness/catalogue/own/card-entry.ts'
import { cardEntries } from '../../../harness/catalogue/own/own-cards.ts'
import { exitCodes, JoulemarkError } from '../../../harness/errors.ts'
import { toJson } from '../../../harness/record/json-file.ts'
import type { StoredRun } from '../../../harness/record/read.ts'
import { catalogueFacts } from '../../../reports/catalogue-facts.ts'
import type { Facts } from '../../../reports/facts.ts'
import { wrapTo } from '../../../reports/render/plain-text.ts'
import type { RenderedFile } from '../../../reports/report.ts'
import { sizeDocument } from '../../../reports/size/document.ts'
import { recommendationOf } from '../../../reports/size/findings.ts'
import type { SizeInputs } from '../../../reports/size/inputs-schema.ts'
import { sizeMarkdown, sizePage } from '../../../reports/size/page.ts'
import { type Sizing, sizing } from '../../../reports/size/sizing.ts'
import { sizeTable } from '../../../reports/size/table.ts'
import { writeFiles } from '../../../reports/write-files.ts'
import { sizeCase } from '../../size/read-case.ts'
import { saveInputs, sizeInputs } from '../../size/read-inputs.ts'
import { type SizeFlags, statedBy } from '../../size/size-flags.ts'
import { withRuns } from '../../store/given-runs.ts'
import type { CommandIo } from '../../support/io.ts'
import { moneyOf } from '../../support/money/stated-money.ts'
import { factTables } from '../../support/terminal.ts'

const formats = ['terminal', 'md', 'html', 'json'] as const

/**
 * Answers which card, how many servers and what per month. Exit code 1 where no card serves the load within the SLO, or where `--quote` is
 * asked of a figure that was not measured.
 */
export async function size(paths: readonly string[], flags: SizeFlags, io: CommandIo): Promise<number> {
  const wanted = formatsOf(flags.format)
  if (flags.customer !== undefined && !flags.quote)
    throw new JoulemarkError('bad-input', '--customer: only with --quote')
  const inputs = await sizeInputs(flags.inputs, statedBy(paths, flags))
  if (flags.save !== undefined) await saveInputs(flags.save, inputs)
  const given = inputs.runs ?? []
  if (given.length === 0) return answer([], inputs, { wanted, flags }, io)
  return withRuns(given, flags, io, async (runs) => answer(await runs.records(), inputs, { wanted, flags }, io))
}

type Wanted = readonly (typeof formats)[number][]

function formatsOf(list: string): Wanted {
  return list.split(',').map((name) => {
    const known = formats.find((format) => format === name.trim())
    if (known === undefined)
      throw new JoulemarkError('bad-input', `--format ${name}: expected any of ${formats.join(', ')}`)
    return known
  })
}

async function answer(
  stored: readonly StoredRun[],
  inputs: SizeInputs,
  { wanted, flags }: { readonly wanted: Wanted; readonly flags: SizeFlags },
  io: CommandIo,
): Promise<number> {
  const runs = stored.map(({ record }) => record)
  const asked = await sizeCase(inputs, runs, io)
  const facts = catalogueFacts(moneyOf({ ...flags, price: inputs.priceGbp ?? {} }, io), runs)
  const cards =
    inputs.cards?.flatMap((name) => cardsNamed(name, '--cards')) ?? (runs.length > 0 ? [] : priced(inputs, facts))
  const sized = sizing(asked, { runs, cards, facts })
  print(sized, wanted, flags, io)
  const files = filesOf(sized, wanted)
  for (const path of await writeFiles(files, flags.out)) io.stderr.write(`wrote ${path}\n`)
  if (sized.cards.every(({ offer }) => offer.count === null)) return exitCodes.negativeResult
  if (!flags.quote) return exitCodes.done
  return (await import('../../size/quote-sizing.ts')).quoteSizing(sized, stored, flags, io)
}

/** The cards whose price or rent is known. */
const priced = ({ rentGbpPerMonth = {} }: SizeInputs, facts: Facts): CardEntry[] =>
  cardEntries().filter(({ key }) => rentGbpPerMonth[key] !== undefined || facts.priceGbp(key) !== null)

function print(sized: Sizing, wanted: Wanted, flags: SizeFlags, io: CommandIo): void {
  if (flags.json) io.stdout(toJson(sizeDocument(sized)))
  else if (wanted.includes('terminal')) {
    const said = recommendationOf(sized).flatMap((line) => wrapTo(line, Math.min(io.columns ?? 100, 100)))
    io.stdout(`${said.join('\n')}\n\n${factTables([sizeTable(sized)], io)}`)
  }
}

function filesOf(sized: Sizing, wanted: Wanted): RenderedFile[] {
  return [
    ...(wanted.includes('md') ? [{ name: 'size.md', text: sizeMarkdown(sized) }] : []),
    ...(wanted.includes('html') ? [{ name: 'size.html', text: sizePage(sized) }] : []),
    ...(wanted.includes('json') ? [{ name: 'size.json', text: toJson(sizeDocument(sized)) }] : []),
  ]
}

import { defaultMoney, priceOf } from '../../harness/catalogue/prices.ts'
import { JoulemarkError } from '../../harness/errors.ts'
import { servingGpus } from '../../harness/physics/serving-gpus.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { throwIssues } from '../../harness/scenario/issues.ts'
import { parseYaml } from '../../harness/scenario/yaml-source.ts'
import { type QuoteInputs, quoteInputsSchema } from './inputs.ts'

/** The inputs in the text of an inputs file. Throws `bad-input` with file, line and field of every problem. */
export function parseQuoteInputs(path: string, text: string): QuoteInputs {
  const source = parseYaml(path, text)
  const parsed = quoteInputsSchema.safeParse(source.value)
  if (!parsed.success) throwIssues(source, parsed.error, quoteInputsSchema)
  return parsed.data
}

/** Inputs from the catalogue, for a first look without an inputs file: the price of the cards only, no margin. */
export function inputsFromCatalogue(record: RunRecord): QuoteInputs {
  const price = record.card.key === null ? null : priceOf(record.card.key)
  if (price === null) {
    const card = record.card.key ?? record.card.name ?? 'this card'
    throw new JoulemarkError('bad-input', `price of ${card} unknown: set it with --inputs FILE`)
  }
  const gpus = Math.max(1, servingGpus(record.gpus).length)
  return quoteInputsSchema.parse({
    box: { capexGbp: price.value * gpus, writeOffMonths: defaultMoney.years.value * 12 },
    electricity: { tariffGbpPerKwh: defaultMoney.tariffGbpPerKwh.value, pue: defaultMoney.pue.value },
    utilisation: defaultMoney.utilisation.value,
    notPromised: [`Made without an inputs file: GPU price from ${price.source} (${price.date}), no server, no margin.`],
  })
}

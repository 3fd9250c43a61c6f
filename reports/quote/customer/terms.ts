import { gateById } from '../../../harness/gates/table.ts'
import type { QuoteInputs } from '../inputs.ts'
import { energyMetrics, warningWords } from '../measured/words.ts'
import type { Currency } from '../money/currency.ts'
import { percent } from '../money/vat.ts'
import type { QuoteOption } from '../option.ts'

/** How money was rounded, as printed on the page. */
export function rounding(currency: Currency): string {
  const [unit, minor, minors] = moneyWords[currency]
  return `Amounts are in whole ${minors}, a unit price below one ${unit} in hundredths of a ${minor}. Unit prices are rounded up, the output behind them is rounded down.`
}

const moneyWords: Readonly<Record<Currency, readonly [unit: string, minor: string, minors: string]>> = {
  GBP: ['pound', 'penny', 'pence'],
  EUR: ['euro', 'cent', 'cents'],
  USD: ['dollar', 'cent', 'cents'],
}

/** What a quote does not promise, a sentence each. */
export function notPromised(
  options: readonly QuoteOption[],
  { utilisation }: Pick<QuoteInputs, 'utilisation'>,
): string[] {
  const settings = options.flatMap(({ name, setting }) => (setting === null ? [] : [{ name, setting }]))
  const workloads = options.flatMap((option) => option.workloads)
  const has = (isIt: (metric: string) => boolean) =>
    workloads.some(({ headline, others }) => [headline, ...others].some(({ metric }) => isIt(metric)))
  const when = (isSo: boolean, line: string): string[] => (isSo ? [line] : [])
  return [
    ...settings.map(
      ({ name, setting }) =>
        `Other power limits or clocks. The figures of ${name} hold with each GPU set to ${setting}, as it was for the measurement.`,
    ),
    'Other models, prompt lengths, answer lengths, numbers of concurrent requests, software versions or settings than those measured.',
    'The network between you and the server. Times were measured at the server.',
    ...when(
      has((metric) => /Ms|seconds/.test(metric)),
      'The slowest requests. A time for half of all requests, or for 99 of 100, says nothing about the others.',
    ),
    'The quality of the answers. Speed and energy were measured, not content.',
    ...when(
      has((metric) => energyMetrics.includes(metric)),
      'The power of the whole server and of the room. Energy figures are those of the GPUs alone.',
    ),
    ...when(
      options.some(({ servers }) => servers > 1),
      'The sum of several servers. Figures are for one server; how requests are shared among several was not measured.',
    ),
    ...when(
      workloads.some(({ unitPrice }) => unitPrice !== null),
      utilisation < 1
        ? `The unit prices at less load. They assume that a server runs one workload alone and is busy for ${percent(utilisation)} of the month.`
        : 'The unit prices at less than full load. They assume that a server runs one workload alone and is never idle.',
    ),
    ...noted(options),
  ]
}

/** What the gates warned of, each sentence once for all its runs. */
function noted(options: readonly QuoteOption[]): string[] {
  const sentences = options.flatMap(({ name, warnings }) =>
    warnings.map(({ gate }) => `${options.length > 1 ? `${name}: ` : ''}${warningSentence(gate)}.`),
  )
  return [...new Set(sentences)].map((sentence) => `Noted during the measurement: ${sentence}`)
}

/** What a warning means, in plain words; for a gate of another version, its name. */
export const warningSentence = (gate: string): string =>
  gateById(gate) === null ? `the check ${gate} warned` : warningWords[gate as keyof typeof warningWords]

import { JoulemarkError } from '../../harness/errors.ts'
import type { Quote } from './content.ts'
import type { StatedInputs } from './inputs-source.ts'

/** Days after which an exchange rate is named as old. */
const RATE_DAYS = 31

/** Throws `bad-input` for a delivery before the day of the quote: nothing can be delivered then. Words are taken as they are. */
export function requireDeliveryAhead({ date, options }: Pick<Quote, 'date' | 'options'>): void {
  for (const { name, delivery } of options) {
    if (delivery === null || !/^\d{4}-\d\d-\d\d$/.test(delivery) || delivery >= date) continue
    throw new JoulemarkError('bad-input', `${name}: delivery ${delivery}: is before the date of the quote, ${date}`)
  }
}

/** What the seller may have forgotten to bring up to date or to state, a line each. */
export function datedNotices({ date, options }: Pick<Quote, 'date' | 'options'>, stated: StatedInputs): string[] {
  const { exchangeRate, utilisation } = stated.inputs
  const days = exchangeRate === undefined ? 0 : daysBetween(exchangeRate.date, date)
  const isPriced = options.some(({ workloads }) => workloads.some(({ unitPrice }) => unitPrice !== null))
  const isStated = ['default', 'catalogue'].every((origin) => !stated.originOf('utilisation').startsWith(origin))
  return [
    ...(exchangeRate === undefined || (days >= -1 && days <= RATE_DAYS)
      ? []
      : [
          `exchangeRate.date ${exchangeRate.date}: is ${days > 0 ? `${days.toLocaleString('en-GB')} days before` : 'after'} the date of the quote; state the rate of these days`,
        ]),
    ...(isPriced && !isStated
      ? [
          `utilisation: is not stated: unit prices assume ${utilisation * 100}% of the month under load, where they are lowest`,
        ]
      : []),
  ]
}

const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / 86_400_000)

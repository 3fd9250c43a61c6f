import { InvalidArgumentError } from '@commander-js/extra-typings'
import { parseShare } from '../../harness/scenario/share.ts'

/* Readers of flag values. Each throws commander's error, which becomes one line and exit code 2. */

/** A whole number from 1 on. */
export function positiveInt(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new InvalidArgumentError('Expected a whole number of at least 1.')
  return value
}

/** A port; 0 means any free port. */
export function portNumber(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isSafeInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('Expected a port, 0 to 65535.')
  return value
}

/** A number from 0 on. */
export function amount(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('Expected a number of at least 0.')
  return value
}

/** A number above 0. */
export function aboveZero(text: string): number {
  const value = amount(text)
  if (value === 0) throw new InvalidArgumentError('Expected a number above 0.')
  return value
}

/** A power usage effectiveness: 1 or more. */
export function pueRatio(text: string): number {
  const value = amount(text)
  if (value < 1) throw new InvalidArgumentError('Expected a number of at least 1.')
  return value
}

const HOURS = { h: 1, m: 1 / 60, s: 1 / 3600 } as const

/** A time such as `4h`, `30m` or `90s`, in hours. */
export function durationHours(text: string): number {
  const [, digits, unit] = /^(\d+(?:\.\d+)?)([hms])$/.exec(text.trim()) ?? []
  const hours = Number(digits) * HOURS[(unit ?? 'h') as keyof typeof HOURS]
  if (digits === undefined || hours === 0) throw new InvalidArgumentError('Expected a time such as 4h, 30m or 90s.')
  return hours
}

/** A share, `0.4` or `40%`: above 0, and 1 at most. */
export function share(text: string): number {
  const value = parseShare(text)
  if (value === null || value === 0 || value > 1)
    throw new InvalidArgumentError('Expected a share above 0 and up to 1, such as 0.4 or 40%.')
  return value
}

/** A share that may be 0. */
export function shareOrZero(text: string): number {
  return parseShare(text) === 0 ? 0 : share(text)
}

/** A share from 0 on that may exceed 1: growth, `0.5`, `50%` or `150%`. A bare 50 is more likely 50 % than 5,000 %. */
export function shareOrMore(text: string): number {
  const value = parseShare(text)
  if (value === null || (value > 1 && !text.includes('%')))
    throw new InvalidArgumentError('Expected a share of at least 0 with its sign, such as 50%.')
  return value
}

/** A whole number from 0 on. */
export const wholeOrZero = (text: string): number => (text.trim() === '0' ? 0 : positiveInt(text))

/** An effect between two runs: a share above 0 and below 50 %. */
export function effectShare(text: string): number {
  const value = parseShare(text)
  if (value === null || value === 0 || value >= 0.5)
    throw new InvalidArgumentError('Expected a share above 0 and below 50%, such as 3%.')
  return value
}

/** Words separated by commas; repeated flags add up. */
export function commaList(text: string, before: readonly string[] = []): readonly string[] {
  const words = text.split(',').map((word) => word.trim())
  if (words.includes('')) throw new InvalidArgumentError('Expected one name, or several separated by commas.')
  return [...before, ...words]
}

/** One word as it is; repeated flags add up. */
export const oneMoreWord = (word: string, before: readonly string[] = []): readonly string[] => [...before, word]

/** `CARD=GBP`; repeated flags add up. */
export function priceOfCard(
  text: string,
  before: Readonly<Record<string, number>> = {},
): Readonly<Record<string, number>> {
  const [card = '', gbp = '', ...more] = text.split('=')
  if (card === '' || gbp === '' || more.length > 0)
    throw new InvalidArgumentError('Expected CARD=GBP, such as rtx-4090=1300.')
  return { ...before, [card]: amount(gbp) }
}

/** Outcomes of a comparison that have an exit code of their own. */
export const failingOutcomes = ['regressed', 'inconclusive', 'not-comparable'] as const
export type FailingOutcome = (typeof failingOutcomes)[number]

/** Outcomes, separated by commas. */
export function outcomeList(text: string): readonly FailingOutcome[] {
  return commaList(text).map((word) => {
    const known = failingOutcomes.find((outcome) => outcome === word)
    if (known === undefined) throw new InvalidArgumentError(`Expected any of ${failingOutcomes.join(', ')}.`)
    return known
  })
}

/** One more NAME=RUN of an option to quote; a query of a store may contain further equals signs. */
export function optionOfRuns(
  text: string,
  before: readonly { readonly name: string; readonly run: string }[] = [],
): readonly { readonly name: string; readonly run: string }[] {
  const [, name = '', run = ''] = /^([^=]{1,60})=(.+)$/s.exec(text.trim()) ?? []
  if (name.trim() === '' || run.trim() === '')
    throw new InvalidArgumentError('Expected NAME=RUN, such as "RTX 4090=results/RUN".')
  return [...before, { name: name.trim(), run: run.trim() }]
}

import { InvalidArgumentError } from 'commander'

/* Readers of flag values. Each throws commander's error, which becomes one line and exit code 2. */

/** A whole number from 1 on. */
export function positiveInt(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1) throw new InvalidArgumentError('expected a whole number of at least 1')
  return value
}

/** A port; 0 is any that is free. */
export function portNumber(text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 0 || value > 65_535)
    throw new InvalidArgumentError('expected a port, 0 to 65535')
  return value
}

/** A number from 0 on. */
export function amount(text: string): number {
  const value = Number(text)
  if (text.trim() === '' || !Number.isFinite(value) || value < 0)
    throw new InvalidArgumentError('expected a number of at least 0')
  return value
}

/** A number above 0. */
export function aboveZero(text: string): number {
  const value = amount(text)
  if (value === 0) throw new InvalidArgumentError('expected a number above 0')
  return value
}

/** A power usage effectiveness: 1 or more. */
export function pueRatio(text: string): number {
  const value = amount(text)
  if (value < 1) throw new InvalidArgumentError('expected 1 or more')
  return value
}

/** A share, `0.4` or `40%`. */
export function share(text: string): number {
  const percent = text.trim().endsWith('%')
  const value = amount(percent ? text.trim().slice(0, -1) : text) / (percent ? 100 : 1)
  if (value === 0 || value > 1)
    throw new InvalidArgumentError('expected a share above 0 and up to 1, such as 0.4 or 40%')
  return value
}

/** `CARD=GBP`; given again, it adds to those before. */
export function priceOfCard(text: string, before: Record<string, number> = {}): Record<string, number> {
  const [card = '', gbp = ''] = text.split('=')
  if (card === '' || gbp === '') throw new InvalidArgumentError('expected CARD=GBP, such as rtx-4090=1300')
  return { ...before, [card]: amount(gbp) }
}

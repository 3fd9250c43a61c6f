/*
 * Formats of VAT numbers, after the prefix of the country: those of the member states as VIES of the European Commission lists them,
 * under the prefixes of article 215 of Council Directive 2006/112/EC (ISO 3166 codes, but EL for Greece); that of the UK as HMRC
 * gives it. Read in November 2026. A format is all that is checked: no number is looked up.
 */

interface Format {
  readonly pattern: RegExp
  /** What comes after the prefix, in words. */
  readonly words: string
}

const digits = (...counts: readonly number[]): Format => ({
  pattern: new RegExp(`^(?:${counts.map((count) => `\\d{${count}}`).join('|')})$`),
  words: `${counts.join(' or ')} digits`,
})

const memberStates: Readonly<Record<string, Format>> = {
  AT: { pattern: /^U\d{8}$/, words: 'U with 8 digits' },
  BE: { pattern: /^[01]\d{9}$/, words: '10 digits, the first 0 or 1' },
  BG: digits(9, 10),
  CY: { pattern: /^\d{8}[A-Z]$/, words: '8 digits and a letter' },
  CZ: digits(8, 9, 10),
  DE: digits(9),
  DK: digits(8),
  EE: digits(9),
  EL: digits(9),
  ES: { pattern: /^(?:[A-Z]\d{7}[0-9A-Z]|\d{8}[A-Z])$/, words: '9 characters, the first or the last a letter' },
  FI: digits(8),
  FR: { pattern: /^[0-9A-HJ-NP-Z]{2}\d{9}$/, words: '2 characters and 9 digits' },
  HR: digits(11),
  HU: digits(8),
  IE: { pattern: /^(?:\d{7}[A-Z]{1,2}|\d[A-Z+*]\d{5}[A-Z])$/, words: '7 digits and one or two letters' },
  IT: digits(11),
  LT: digits(9, 12),
  LU: digits(8),
  LV: digits(11),
  MT: digits(8),
  NL: { pattern: /^\d{9}B\d{2}$/, words: '9 digits, B and 2 digits' },
  PL: digits(10),
  PT: digits(9),
  RO: { pattern: /^\d{2,10}$/, words: '2 to 10 digits' },
  SE: digits(12),
  SI: digits(8),
  SK: digits(10),
}

const uk: Format = { pattern: /^(?:\d{9}|\d{12}|GD\d{3}|HA\d{3})$/, words: '9 or 12 digits' }

/** A VAT number, as far as its letters tell. */
export interface VatNumber {
  /** Without spaces, dots and dashes, in capitals. */
  readonly text: string
  /** `UK` for Great Britain, for Northern Ireland, and for digits alone, as UK invoices print them; `other` beyond UK and EU. */
  readonly where: 'UK' | 'EU' | 'other'
  /** Name of the country, such as Germany. */
  readonly country: string
  /** What a number of this country looks like, in words; null where that is not known here. */
  readonly format: string | null
  /** False where the number does not look like that. */
  readonly isWellFormed: boolean
}

/** Reads a VAT number; null for a text that begins with neither a country nor a digit. */
export function readVatNumber(given: string): VatNumber | null {
  const text = given.replace(/[\s.-]/g, '').toUpperCase()
  const [, prefix = '', rest = ''] = /^(GB|XI|[A-Z]{2}(?=.*\d))?(.*)$/.exec(text) ?? []
  if (prefix === '' || prefix === 'GB' || prefix === 'XI') {
    if (prefix === '' && !/^\d/.test(rest)) return null
    const format = prefix === 'XI' ? `XI and ${uk.words}` : `GB and ${uk.words}`
    return { text, where: 'UK', country: 'the UK', format, isWellFormed: uk.pattern.test(rest) }
  }
  const state = memberStates[prefix]
  const name = new Intl.DisplayNames('en-GB', { type: 'region' }).of(prefix === 'EL' ? 'GR' : prefix) ?? prefix
  const country = prefix === 'NL' ? `the ${name}` : name
  if (state === undefined) return { text, where: 'other', country, format: null, isWellFormed: true }
  const format = `${prefix} and ${state.words}`
  return { text, where: 'EU', country, format, isWellFormed: state.pattern.test(rest) }
}

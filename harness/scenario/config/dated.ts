import { z } from 'zod'

/** Where a value of joulemark.yaml is from, and when it was read. */
export const sourceText = z.string().min(1).max(300).describe('where the value is from: a shop, an offer, a datasheet')
export const isoDate = z.iso.date('expected a date such as 2026-11-26').describe('when it was read, such as 2026-11-26')

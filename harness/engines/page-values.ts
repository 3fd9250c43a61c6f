import { z } from 'zod'
import { plainText } from '../plain-text.ts'

/** Values of the JSON pages of servers. What is not valid is null: a page never breaks a run. */

/** More tokens than the KV cache of any server holds. */
const MAX_TOKENS = 1e12
const MAX_WORD_CHARS = 80
const MAX_NAME_CHARS = 400

/** A number of tokens, requests or cards. */
export const count = z.int().positive().max(MAX_TOKENS).nullable().catch(null)
/** A share from above 0 to 1. */
export const share = z.number().gt(0).lte(1).nullable().catch(null)
export const truth = z.boolean().nullable().catch(null)
/** One short word, such as a data type or a version. */
export const word = z
  .string()
  .min(1)
  .transform((text) => plainText(text.slice(0, MAX_WORD_CHARS)))
  .nullable()
  .catch(null)
/** The name or path of a model. */
export const modelName = z
  .string()
  .min(1)
  .transform((text) => plainText(text.slice(0, MAX_NAME_CHARS)))
  .nullable()
  .catch(null)

import { z } from 'zod'
import { ownCardSchema } from './card-schema.ts'
import { isoDate, sourceText } from './dated.ts'
import {
  boxSchema,
  electricityFields,
  gbp,
  quoteFields,
  sellerSchema,
  utilisation,
  writeOffMonths,
} from './quote-parts.ts'
import { wallConfigSchema } from './wall-schema.ts'

/** joulemark.yaml: what is the user's own and holds for every command. Unknown keys are errors, and secrets have no place here. */

const priceSchema = z
  .strictObject({
    purchaseGbp: gbp
      .positive()
      .optional()
      .describe('price of one card in pounds, ex VAT unless the source says otherwise'),
    rentGbpPerMonth: gbp
      .positive()
      .optional()
      .describe('rent of one card a month, for a quote without a purchase price'),
    source: sourceText,
    date: isoDate,
  })
  .refine(
    (price) => price.purchaseGbp !== undefined || price.rentGbpPerMonth !== undefined,
    'expected purchaseGbp, rentGbpPerMonth, or both',
  )

const modelKey = z
  .string()
  .regex(/^[A-Za-z0-9](?:[A-Za-z0-9._-]{0,78}[A-Za-z0-9])?$/, 'expected letters, digits, and . _ - between them')
const modelPlace = z.string().min(1).max(4096).describe('folder or repository of the model')

const cardKey = z.string().regex(/^[a-z0-9][a-z0-9.-]{0,62}$/, 'expected small letters, digits, dots and dashes')

export const configFileSchema = z.strictObject({
  cards: z
    .record(cardKey, ownCardSchema)
    .optional()
    .describe(
      'cards that are not bundled, by a key of your own; only what is known, and `joulemark card describe` prints that',
    ),
  models: z
    .record(modelKey, modelPlace)
    .optional()
    .describe(
      'own models by a key that scenarios name: a folder (from ~, / or ./, relative to this file), or ORG/NAME of a repository',
    ),
  prices: z
    .record(z.string(), priceSchema)
    .optional()
    .describe('prices of cards in pounds, by the key of the card; they win over the bundled ones'),
  powerLimitsW: z
    .record(z.string(), z.number().positive().max(5000).describe('limit of each GPU in W'))
    .optional()
    .describe(
      'the limit, in W per GPU, at which this site runs a card, by the key of the card: `box` sets it before it measures, and gives back the one that it found',
    ),
  electricity: z
    .strictObject(electricityFields)
    .partial()
    .optional()
    .describe('tariff, PUE and the overhead of the host, for report and quote'),
  utilisation: utilisation.optional(),
  writeOffMonths: writeOffMonths.optional().describe('months over which a card is written off'),
  seller: sellerSchema.optional().describe('who makes the offer; printed on a quote'),
  quote: z
    .strictObject({ box: boxSchema, ...quoteFields })
    .partial()
    .optional()
    .describe('what `quote` uses unless its --inputs file says otherwise'),
  wall: wallConfigSchema
    .optional()
    .describe('where the power of CPUs and of the whole server is read; see docs/wall.md'),
  key: z
    .string()
    .min(1)
    .max(4096)
    .optional()
    .describe(
      'path of the signing key, relative to this file; JOULEMARK_KEY has priority. The key itself is not kept here',
    ),
  store: z
    .string()
    .regex(/^(sqlite:.|postgres(ql)?:\/\/)/, 'expected sqlite:FILE or postgres://USER@HOST/DATABASE')
    .max(4096)
    .optional()
    .describe(
      'where runs are kept and pushed to: sqlite:FILE (relative to this file) or postgres://USER@HOST/DATABASE; JOULEMARK_STORE has priority. The password is in PGPASSWORD, not here',
    ),
})

/** One joulemark.yaml as written. */
export type ConfigFile = z.infer<typeof configFileSchema>
export type OwnPrice = z.infer<typeof priceSchema>

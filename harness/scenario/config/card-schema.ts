import { z } from 'zod'
import { cards } from '../../catalogue/cards.ts'
import {
  type CardEntry,
  cardNumbers,
  cardNumbersOrNone,
  eccStates,
  memorySharing,
} from '../../catalogue/own/card-entry.ts'
import { completed } from '../../catalogue/own/complete.ts'
import type { Sourced } from '../../catalogue/types.ts'
import { isoDate, sourceText } from './dated.ts'

/** A card under `cards:` of joulemark.yaml: name, source and date, and whatever is known of it. */

/** A value, or a value with a source of its own; otherwise it has the source of the card. */
const valued = <Value extends z.ZodType>(value: Value) =>
  z.union([
    value,
    z.strictObject({
      value: value.describe('the value itself'),
      source: sourceText,
      date: isoDate.optional().describe('when it was read; that of the card unless given'),
    }),
  ])

const number = z.number().positive()

const eachOf = <Key extends string, Schema extends z.ZodType>(
  keys: Readonly<Record<Key, string>>,
  schema: () => Schema,
): Record<Key, z.ZodOptional<Schema>> =>
  Object.fromEntries(
    Object.entries<string>(keys).map(([key, what]) => [key, schema().optional().describe(what)]),
  ) as Record<Key, z.ZodOptional<Schema>>

export const ownCardSchema = z.strictObject({
  smiName: z.string().min(1).max(200).describe('the exact name that nvidia-smi prints'),
  label: z.string().min(1).max(80).optional().describe('short name for tables'),
  source: sourceText,
  date: isoDate,
  architecture: z.string().max(80).optional().describe('such as Ada or Blackwell'),
  computeCapability: z
    .union([z.string().regex(/^\d{1,2}\.\d$/, 'expected a version such as 8.9'), z.number().positive().max(99)])
    // 12.0 without quotes is the number 12
    .transform((version) => (typeof version === 'number' ? version.toFixed(1) : version))
    .optional()
    .describe('CUDA compute capability, such as 8.9'),
  memoryType: z.string().max(20).optional().describe('GDDR6, GDDR6X, GDDR7, HBM2e, HBM3, HBM3e, LPDDR5X, ...'),
  memorySharedWithCpu: z.enum(memorySharing).optional().describe('whether CPU and GPU share one memory'),
  ...eachOf(cardNumbers, () => valued(number)),
  ...eachOf(cardNumbersOrNone, () => valued(number).nullable()),
  process: z.string().max(80).optional().describe('manufacturing process'),
  slots: z.string().max(80).optional().describe('width of the card in slots'),
  pcie: z
    .strictObject({
      gen: z.int().min(1).max(9).describe('PCIe generation'),
      lanes: z.int().min(1).max(32).describe('PCIe lanes'),
    })
    .optional()
    .describe('link of the card'),
  mig: z.boolean().optional().describe('whether the card can be divided (MIG)'),
  ecc: z.enum(eccStates).optional().describe('whether its memory has ECC'),
})

type OwnCard = z.infer<typeof ownCardSchema>

/** A card of the file as an entry of the catalogue, with what follows from its values. */
export function entryOf(key: string, card: OwnCard): CardEntry {
  const { smiName, label, source, date, process, slots, pcie, ecc, ...rest } = card
  const own = <Value>(value: Value): Sourced<Value> => ({ value, source, date, kind: 'own' })
  const numbers = Object.keys({ ...cardNumbers, ...cardNumbersOrNone }) as (keyof OwnCard)[]
  const given = Object.entries(rest).map(([field, value]) => [
    field,
    numbers.includes(field as keyof OwnCard) ? sourcedBy(card, value as GivenNumber) : value,
  ])
  return completed({
    ...Object.fromEntries(given),
    ...(process === undefined ? {} : { process: own(process) }),
    ...(slots === undefined ? {} : { slots: own(slots) }),
    ...(pcie === undefined ? {} : { pcie: own(pcie) }),
    ...(ecc === undefined ? {} : { ecc: own(ecc) }),
    key,
    label: label ?? smiName,
    smiName,
  })
}

type GivenNumber =
  | number
  | null
  | { readonly value: number; readonly source: string; readonly date?: string | undefined }

function sourcedBy({ source, date }: OwnCard, value: GivenNumber): Sourced | null {
  if (value === null) return null
  if (typeof value === 'number') return { value, source, date, kind: 'own' }
  return { value: value.value, source: value.source, date: value.date ?? date, kind: 'own' }
}

/** Why a key or a name cannot be that of an own card; null where it can. */
export function takenBy(key: string, entry: CardEntry): string | null {
  if (cards.some((card) => card.key === key)) return `${key} is a bundled card; its price goes under prices.${key}`
  const bundled = cards.find(({ smiName }) => smiName === entry.smiName)
  if (bundled === undefined) return null
  const [has, own] = [bundled.smiMemoryMiB?.value ?? null, entry.smiMemoryMiB?.value ?? null]
  const isOther = has !== null && own !== null && Math.abs(1 - own / has) > OTHER_MEMORY
  if (isOther) return null
  return `"${entry.smiName}" is the bundled card ${bundled.key}; a board of this name with other memory needs its smiMemoryMiB`
}

/** A board of the same name is another card from this difference of memory on. */
const OTHER_MEMORY = 0.1

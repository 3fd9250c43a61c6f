import { z } from 'zod'
import { jsonOf } from '../json-text.ts'
import { plainText } from '../plain-text.ts'

/** One entry of `/v1/models`, checked. What a server does not report, or reports in another form, is null. */
export interface ModelCard {
  readonly id: string
  /** Where the weights came from. */
  readonly root: string | null
  /** The base model of an adapter. */
  readonly parent: string | null
  /** Context in tokens. */
  readonly maxModelLen: number | null
  readonly ownedBy: string | null
}

const MAX_NAME_CHARS = 400
/** Far more than the adapters of one server; a longer list is cut. */
const MAX_MODELS = 1000
/** Ten times the longest context of any model. */
const MAX_CONTEXT_TOKENS = 1e8

/** Control characters, marks that change the direction of text, halves of characters, line separators. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]+/u
const harmless = (text: string): string => text.slice(0, MAX_NAME_CHARS).replaceAll(new RegExp(UNPRINTABLE, 'gu'), ' ')

/** A name goes into requests as it is: text that a terminal or a header would obey is no name. */
const name = z
  .string()
  .min(1)
  .max(MAX_NAME_CHARS)
  .refine((text) => !UNPRINTABLE.test(text))
const entrySchema = z.object({
  id: name,
  root: name.nullable().catch(null),
  parent: name.nullable().catch(null),
  max_model_len: z.int().positive().max(MAX_CONTEXT_TOKENS).nullable().catch(null),
  owned_by: name.nullable().catch(null),
})
const namedSchema = z.object({ id: z.string().min(1) })
const listSchema = z.object({ data: z.array(z.unknown()) })

/** The models of a list. */
export interface ServedModels {
  readonly models: readonly ModelCard[]
  /** The names in the list, made harmless for a terminal: also those that no request could use. */
  readonly names: readonly string[]
  /** Entries that are no model: without a usable name, or beyond the limit. */
  readonly skipped: number
}

/** The models of a list as the server sent it, or what is wrong with it. */
export type ModelList = ServedModels | { readonly problem: string }

/** Reads the text of `/v1/models`. An entry without a usable id is skipped and counted. Never throws. */
export function readModelList(text: string): ModelList {
  const document = jsonOf(text)
  if (document === undefined) return { problem: `/v1/models is not JSON (it begins with ${startOf(text)})` }
  const list = listSchema.safeParse(document)
  if (!list.success) {
    return { problem: '/v1/models is not a list of models: expected {"data": [{"id": "…"}]}' }
  }
  const entries = list.data.data.slice(0, MAX_MODELS)
  const models = entries.flatMap((entry) => {
    const read = entrySchema.safeParse(entry)
    return read.success ? [cardOf(read.data)] : []
  })
  const names = entries.flatMap((entry) => {
    const read = namedSchema.safeParse(entry)
    return read.success ? [harmless(read.data.id)] : []
  })
  return { models, names, skipped: list.data.data.length - models.length }
}

const cardOf = (entry: z.infer<typeof entrySchema>): ModelCard => ({
  id: entry.id,
  root: entry.root,
  parent: entry.parent,
  maxModelLen: entry.max_model_len,
  ownedBy: entry.owned_by,
})

const startOf = (text: string): string => JSON.stringify(plainText(text.slice(0, 60)))

/**
 * The names under which vLLM may label the metrics of a model, best first: the model itself, its base, and its other names,
 * because the label is the first served name.
 */
export function metricLabels(model: ModelCard, models: readonly ModelCard[]): string[] {
  const aliases = models.filter(({ id, root }) => root !== null && root === model.root && id !== model.id)
  const own = [model.id, model.root, model.parent].filter((label) => label !== null)
  return [...new Set([...own, ...aliases.map(({ id }) => id)])]
}

const MAX_SHOWN = 10
const MAX_SHOWN_CHARS = 100

/** The served models in one short line. */
export function shownModels({ names, skipped }: ServedModels): string {
  const shown = names.slice(0, MAX_SHOWN).map((each) => each.slice(0, MAX_SHOWN_CHARS))
  const more = names.length - shown.length
  return [
    shown.join(', ') || 'nothing',
    ...(more > 0 ? [`and ${more} more`] : []),
    ...(skipped > 0 ? [`${skipped} of them without a usable name, or beyond the first ${MAX_MODELS}`] : []),
  ].join('; ')
}

/** The part of JSON Schema that our schemas use. */
export interface JsonSchema {
  readonly type?: string | readonly string[]
  readonly description?: string
  readonly default?: unknown
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum?: number
  readonly properties?: Readonly<Record<string, JsonSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | JsonSchema
  readonly items?: JsonSchema
  readonly prefixItems?: readonly JsonSchema[]
  readonly anyOf?: readonly JsonSchema[]
  readonly oneOf?: readonly JsonSchema[]
  readonly allOf?: readonly JsonSchema[]
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, JsonSchema>>
  readonly definitions?: Readonly<Record<string, JsonSchema>>
}

/** One key of a file, as a row of a table. */
export interface Field {
  /** From the root of the file: `load.shape`, `prices.KEY.date`, `options[].name`. */
  readonly path: string
  /** What may stand there, in words. */
  readonly takes: string
  /** `required`, the value without it, or empty for a field that may be absent. */
  readonly unless: string
  /** What it is. Empty where the schema does not say. */
  readonly what: string
}

/** How the fields of a schema are listed. */
export interface Listing {
  /** Paths whose parts stand elsewhere, with the words that say where. */
  readonly elsewhere?: Readonly<Record<string, string>>
  /** Definitions that many fields share, by name, with what such a field takes: one row, whose words are its own. */
  readonly shared?: Readonly<Record<string, string>>
}

/** The fields below a schema of an object, in their order, each with the fields below it. */
export function fieldsOf(schema: JsonSchema, listing: Listing = {}): Field[] {
  const walk = { root: schema, ...listing }
  return below(resolved(schema, walk), '', walk)
}

interface Walk extends Listing {
  readonly root: JsonSchema
}

function below(schema: JsonSchema, path: string, walk: Walk): Field[] {
  const at = (key: string): string => (path === '' ? key : `${path}.${key}`)
  const own = Object.entries(schema.properties ?? {}).flatMap(([key, given]) => {
    const field = resolved(given, walk)
    const isRequired = (schema.required ?? []).includes(key) && field.default === undefined
    const takes = walk.shared?.[nameIn(given) ?? '']
    if (takes !== undefined)
      return [{ path: at(key), takes, unless: isRequired ? 'required' : '', what: given.description ?? '' }]
    return [rowOf(at(key), field, isRequired, walk), ...inside(field, at(key), walk)]
  })
  const { additionalProperties } = schema
  if (typeof additionalProperties !== 'object' || Object.keys(additionalProperties).length === 0) return own
  const value = resolved(additionalProperties, walk)
  const parts = inside(value, at('KEY'), walk)
  return [...own, ...(parts.length > 0 ? parts : [rowOf(at('KEY'), value, false, walk)])]
}

/** What stands inside a field: parts of an object, of the entries of a list, of each form that it may have. */
function inside(given: JsonSchema, path: string, walk: Walk): Field[] {
  if (walk.elsewhere?.[path] !== undefined) return []
  const schema = resolved(given, walk)
  const forms = formsOf(schema)
  if (forms !== null) {
    const parts = forms
      .map((form) => resolved(form, walk))
      .filter((form) => !isInline(form, forms))
      .map((form) => ({ form, of: inside(form, path, walk) }))
    return merged(parts.map(({ form, of }) => of.map((field) => forForm(field, path, form))))
  }
  if (schema.type === 'array' && schema.items !== undefined) return inside(schema.items, `${path}[]`, walk)
  return below(schema, path, walk)
}

const formsOf = ({ anyOf, oneOf }: JsonSchema): readonly JsonSchema[] | null => oneOf ?? anyOf ?? null

/** Keys of an object that are few enough to be named in the row itself. */
const FEW_KEYS = 3

/** Whether a form is a small object beside a plain value, as `{ value, source, date }` beside a number: it gets no rows. */
const isInline = (form: JsonSchema, forms: readonly JsonSchema[]): boolean =>
  form.properties !== undefined &&
  Object.keys(form.properties).length <= FEW_KEYS &&
  forms.some(({ type }) => type === 'number' || type === 'integer' || type === 'string')

/** The value that says which of several forms an object has: `closed` of `shape: closed`. */
function markOf(form: JsonSchema): { key: string; value: string } | null {
  const found = Object.entries(form.properties ?? {}).find(([, { const: fixed }]) => typeof fixed === 'string')
  return found === undefined ? null : { key: found[0], value: String(found[1].const) }
}

/** A field of one form of several, which says of which. */
function forForm(field: Field, path: string, form: JsonSchema): Field {
  const mark = markOf(form)
  if (mark === null || field.path === `${path}.${mark.key}`) return field
  return { ...field, what: `${FORM}${mark.key}: ${mark.value}${FORM}${field.what}` }
}

/** Stands around the form that a field is of, until fields of several forms are merged. */
const FORM = '\u0000'

/** Fields of several forms by path: what all have in common once, with the forms that have it. */
function merged(forms: readonly (readonly Field[])[]): Field[] {
  const groups = Map.groupBy(forms.flat(), ({ path }) => path)
  return [...groups.values()].flatMap((same) => {
    const plain = same.map((field) => ({ ...field, forms: formIn(field.what), what: withoutForm(field.what) }))
    const marks = plain.map(({ takes, what }) => `${takes}|${what}`)
    const first = plain[0] as (typeof plain)[number]
    if (first.forms === null && plain.length > 1 && plain.every(({ takes }) => takes.startsWith('`')))
      return [{ ...first, takes: [...new Set(plain.map(({ takes }) => takes))].join(', '), what: wordsOfForms(plain) }]
    const kinds = [...new Set(marks)].map((mark) => plain.filter((_, index) => marks[index] === mark))
    return kinds.map((kind) => {
      const { forms: _forms, ...field } = kind[0] as (typeof plain)[number]
      const named = kind.flatMap(({ forms: of }) => (of === null ? [] : [of]))
      const isOfAll = named.length === 0 || named.length === forms.length
      return isOfAll ? field : { ...field, what: `${field.what} (${inWords(named)})`.trim() }
    })
  })
}

const formIn = (what: string): string | null => (what.startsWith(FORM) ? (what.split(FORM)[1] ?? null) : null)
const withoutForm = (what: string): string => (what.startsWith(FORM) ? what.split(FORM).slice(2).join(FORM) : what)

const wordsOfForms = (fields: readonly Field[]): string =>
  fields.map(({ takes, what }) => (what === '' ? takes : `${takes}: ${what}`)).join('; ')

/** `with shape: closed or sweep`, from the marks of the forms. */
function inWords([first = '', ...others]: readonly string[]): string {
  const values = [first, ...others.map((form) => form.split(': ')[1])].map((value) => `\`${value}\``)
  return `with ${values.length < 2 ? values.join('') : `${values.slice(0, -1).join(', ')} or ${values.at(-1)}`}`
}

function rowOf(path: string, schema: JsonSchema, isRequired: boolean, walk: Walk): Field {
  const where = walk.elsewhere?.[path]
  return {
    path,
    takes: where ?? takesOf(schema, walk),
    unless: isRequired ? 'required' : defaultText(schema.default),
    what: schema.description ?? '',
  }
}

const defaultText = (value: unknown): string =>
  value === undefined || (typeof value === 'object' && value !== null && !Array.isArray(value))
    ? ''
    : `\`${JSON.stringify(value)}\``

/** What a value may be, in a few words. */
function takesOf(given: JsonSchema, walk: Walk): string {
  const schema = resolved(given, walk)
  if (schema.const !== undefined) return `\`${schema.const}\``
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${value}\``).join(', ')
  const forms = formsOf(schema)
  if (forms !== null) {
    const texts = forms.map((form) =>
      isInline(form, forms) ? `\`{ ${Object.keys(form.properties ?? {}).join(', ')} }\`` : takesOf(form, walk),
    )
    return [...new Set(texts)].join(', or ')
  }
  const types = typeof schema.type === 'string' ? [schema.type] : (schema.type ?? ['anything'])
  return types.map((type) => typeText(type, schema, walk)).join(', or ')
}

function typeText(type: string, schema: JsonSchema, walk: Walk): string {
  if (type === 'array')
    return schema.items === undefined
      ? `list of ${schema.prefixItems?.length ?? 'values'}`
      : `list: ${takesOf(schema.items, walk)}`
  if (type === 'number' || type === 'integer')
    return `${type === 'integer' ? 'whole number' : 'number'}${rangeText(schema)}`
  return { object: 'keys', boolean: '`true`, `false`', string: 'text', null: '`null`' }[type] ?? type
}

function rangeText({ minimum, maximum, exclusiveMinimum }: JsonSchema): string {
  const bounded = (value: number | undefined): value is number =>
    value !== undefined && Math.abs(value) < Number.MAX_SAFE_INTEGER
  const most = bounded(maximum) ? maximum.toLocaleString('en-GB') : null
  if (bounded(minimum)) return most === null ? `, ${minimum} or more` : `, ${minimum} to ${most}`
  if (bounded(exclusiveMinimum))
    return most === null ? `, above ${exclusiveMinimum}` : `, above ${exclusiveMinimum}, ${most} at most`
  return most === null ? '' : `, ${most} at most`
}

/** A schema with what it refers to, and with what its parts have in common. */
function resolved(schema: JsonSchema, { root }: Pick<Walk, 'root'>): JsonSchema {
  const name = nameIn(schema)
  const target = name === undefined ? undefined : (root.$defs ?? root.definitions)?.[name]
  const { $ref: _ref, allOf, ...own } = schema
  const parts = [...(target === undefined ? [] : [target]), ...(allOf ?? [])].map((part) => resolved(part, { root }))
  return Object.assign({}, ...parts, own) as JsonSchema
}

/** The definition that a schema refers to. */
const nameIn = ({ $ref }: JsonSchema): string | undefined => $ref?.split('/').at(-1)

/** The part of JSON Schema that zod writes for our documents. */
export interface Schema {
  readonly $ref?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly type?: string | readonly string[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: boolean | Schema
  readonly prefixItems?: readonly Schema[]
  readonly items?: Schema | false
  readonly description?: string
  readonly title?: string
  readonly $defs?: Readonly<Record<string, Schema>>
}

/**
 * A JSON Schema as TypeScript declarations, the schema itself as `name`. What a type cannot say (patterns, limits of a number)
 * stays with the schema. Throws on a reference that is not to its own definitions.
 */
export function declarationsOf(name: string, schema: Schema): string {
  const defs = Object.entries(schema.$defs ?? {})
  const named = (each: string): string => `${name}${each.replaceAll(/\W|^_+/g, '')}`
  const type = (of: Schema): string => typeOf(of, (ref) => referred(ref, named, name))
  return [
    ...(schema.title === undefined ? [] : [`/** ${comment(schema.title)} */`]),
    `export type ${name} = ${type(schema)}`,
    ...defs.map(([each, of]) => `type ${named(each)} = ${type(of)}`),
  ].join('\n')
}

function referred(ref: string, named: (def: string) => string, root: string): string {
  if (ref === '#') return root
  const [, def] = /^#\/\$defs\/([^/]+)$/.exec(ref) ?? []
  if (def === undefined) throw new Error(`${root}: ${ref} is not a definition of this schema`)
  return named(def)
}

function typeOf(schema: Schema, reference: (ref: string) => string): string {
  const inner = (of: Schema): string => typeOf(of, reference)
  if (schema.$ref !== undefined) return reference(schema.$ref)
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum !== undefined) return union(schema.enum.map((each) => JSON.stringify(each)))
  const either = schema.anyOf ?? schema.oneOf
  if (either !== undefined) return union(either.map(inner))
  if (schema.allOf !== undefined) return schema.allOf.map((each) => `(${inner(each)})`).join(' & ')
  const types = schema.type === undefined ? [] : [schema.type].flat()
  return types.length === 0 ? 'unknown' : union(types.map((type) => simple(type, schema, inner)))
}

function simple(type: string, schema: Schema, inner: (of: Schema) => string): string {
  switch (type) {
    case 'integer':
      return 'number'
    case 'array':
      return arrayOf(schema, inner)
    case 'object':
      return objectOf(schema, inner)
    default:
      return type
  }
}

function arrayOf({ prefixItems, items }: Schema, inner: (of: Schema) => string): string {
  const rest = items === undefined || items === false ? null : inner(items)
  if (prefixItems === undefined) return `readonly (${rest ?? 'unknown'})[]`
  return `readonly [${[...prefixItems.map(inner), ...(rest === null ? [] : [`...(${rest})[]`])].join(', ')}]`
}

function objectOf(
  { properties = {}, required = [], additionalProperties }: Schema,
  inner: (of: Schema) => string,
): string {
  const fields = Object.entries(properties).map(([key, of]) => {
    const said = of.description === undefined ? '' : `/** ${comment(of.description)} */ `
    return `${said}readonly ${JSON.stringify(key)}${required.includes(key) ? '' : '?'}: ${inner(of)}`
  })
  const map = typeof additionalProperties === 'object' ? inner(additionalProperties) : null
  if (fields.length === 0) return `{ readonly [key: string]: ${map ?? 'unknown'} }`
  return `{ ${fields.join('; ')} }`
}

const union = (types: readonly string[]): string => [...new Set(types)].map((type) => type).join(' | ')

const comment = (text: string): string => text.replaceAll('*/', '* /').replaceAll(/\s+/g, ' ')

import type { z } from 'zod'
import { nearest, suggestion } from '../catalogue/nearest.ts'
import { JoulemarkError } from '../errors.ts'
import { placeOf, type YamlSource } from './yaml-source.ts'

/**
 * The validation errors of a file, one line per issue: file, line and field (or the flag), expected value, how to fix it.
 * All issues are thrown together as one `bad-input` error.
 */
export function throwIssues(source: YamlSource, error: z.ZodError, schema: z.ZodType): never {
  const lines = problemsOf(source, error, schema).map(
    ({ line, path, text }) => `${placeOf(source, path, line)}: ${text}`,
  )
  throw new JoulemarkError('bad-input', lines.join('\n'))
}

/** What is wrong with one field of a file: where, and what was expected. */
export interface FieldProblem {
  readonly path: readonly PropertyKey[]
  readonly line: number
  readonly text: string
}

/** The validation errors of a file, one per field. */
export const problemsOf = (source: YamlSource, error: z.ZodError, schema: z.ZodType): FieldProblem[] =>
  error.issues.flatMap((issue) => describe(source, issue, schema))

function describe(source: YamlSource, issue: z.core.$ZodIssue, schema: z.ZodType): FieldProblem[] {
  const { path } = issue
  const meant = issue.code === 'invalid_union' ? branchMeant(issue) : null
  if (meant !== null) {
    return meant.flatMap((inner) => describe(source, { ...inner, path: [...path, ...inner.path] }, schema))
  }
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const advice = suggestion(key, keysAt(schema, path), 'known keys')
      return { path: [...path, key], line: source.lineOfKey(path, key), text: `unknown key; ${advice}` }
    })
  }
  const inside = issue.code === 'invalid_union' ? insideMap(issue, valueAt(source.value, path)) : null
  if (inside !== null) return inside.flatMap((each) => describe(source, each, schema))
  const line = source.lineOf(path)
  const received = valueAt(source.value, path)
  if (received === undefined) return [{ path, line, text: `missing; ${expected(issue)}` }]
  const near = issue.code === 'invalid_value' ? nearest(String(received), issue.values.map(String)) : null
  const advice = near === null ? '' : `; did you mean "${near}"?`
  return [{ path, line, text: `${expected(issue)}, got ${shown(received)}${advice}` }]
}

/** For a map where a map is one of the alternatives: what is wrong in it, by paths from the root; null for other values. */
function insideMap(issue: z.core.$ZodIssueInvalidUnion, received: unknown): z.core.$ZodIssue[] | null {
  if (typeof received !== 'object' || received === null || Array.isArray(received)) return null
  const isOther = (each: z.core.$ZodIssue) => each.code === 'invalid_type' && each.path.length === 0
  const found = issue.errors.find((issues) => !issues.some(isOther))
  return found?.map((each) => ({ ...each, path: [...issue.path, ...each.path] })) ?? null
}

function expected(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected ${article(issue.expected)}`
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'invalid_union') {
    const options = (issue as { options?: readonly unknown[] }).options
    return options ? `expected one of ${options.map(String).join(', ')}` : expectedTypes(issue)
  }
  if (issue.code === 'invalid_key') return issue.issues[0]?.message ?? issue.message
  if (issue.code === 'too_small')
    return `expected ${issue.inclusive === false ? 'more than' : 'at least'} ${issue.minimum}`
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}`
  return issue.message
}

/** The errors of the one form of a union that has the type of the value: a map of keys where a number could stand too. */
function branchMeant({ errors }: z.core.$ZodIssueInvalidUnion): readonly z.core.$ZodIssue[] | null {
  const branches = errors.filter((list) => !list.some(({ code, path }) => code === 'invalid_type' && path.length === 0))
  const [only] = branches
  return branches.length === 1 &&
    only !== undefined &&
    only.every(({ path, code }) => path.length > 0 || code !== 'invalid_format')
    ? only
    : null
}

/** The types of a union that says no more; a text or a number is a share. */
function expectedTypes(issue: z.core.$ZodIssueInvalidUnion): string {
  const types = issue.errors.flatMap((list) => list.map((each) => (each.code === 'invalid_type' ? each.expected : '')))
  const share = types.includes('') || types.includes('string')
  return share ? 'expected a share such as 2% or 0.02' : `expected ${types.map(article).join(' or ')}`
}

const article = (type: string): string =>
  ({ int: 'a whole number', number: 'a number', string: 'a text', object: 'a map of keys', array: 'a list' })[type] ??
  `a ${type}`

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 60 ? `${text.slice(0, 57)}...` : text
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((node, key) => (node as Record<PropertyKey, unknown> | null | undefined)?.[key], value)
}

/** The keys that a schema allows at a path, read from its JSON Schema, which resolves every wrapper. */
function keysAt(schema: z.ZodType, path: readonly PropertyKey[]): string[] {
  let node = toJsonSchema(schema)
  for (const step of path) {
    const next: JsonSchema | undefined = alternatives(node)
      .map((part) => part.properties?.[String(step)] ?? part.items ?? (part.additionalProperties || undefined))
      .find((part) => part !== undefined)
    if (!next) return []
    node = next
  }
  return [...new Set(alternatives(node).flatMap((part) => Object.keys(part.properties ?? {})))]
}

interface JsonSchema {
  properties?: Record<string, JsonSchema>
  items?: JsonSchema
  additionalProperties?: JsonSchema | false
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
}

const alternatives = (node: JsonSchema): JsonSchema[] => [node, ...(node.anyOf ?? []), ...(node.oneOf ?? [])]

const toJsonSchema = (schema: z.ZodType): JsonSchema =>
  schema.toJSONSchema({ io: 'input', reused: 'inline' }) as JsonSchema

import type { z } from 'zod'
import { suggestion } from '../catalogue/nearest.ts'
import { JoulemarkError } from '../errors.ts'
import type { YamlSource } from './yaml-source.ts'

/**
 * The validation errors of a file, one line per issue: file, line, field, expected value, how to fix it.
 * All issues are thrown together as one `bad-input` error.
 */
export function throwIssues(source: YamlSource, error: z.ZodError, schema: z.ZodType): never {
  const lines = error.issues.flatMap((issue) => describe(source, issue, schema))
  throw new JoulemarkError('bad-input', lines.join('\n'))
}

function describe(source: YamlSource, issue: z.core.$ZodIssue, schema: z.ZodType): string[] {
  const field = issue.path.map(String).join('.')
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const known = keysAt(schema, issue.path)
      const line = source.lineOfKey(issue.path, key)
      const advice = suggestion(key, known, 'known keys')
      return `${source.file}:${line}: ${[...issue.path, key].map(String).join('.')}: unknown key; ${advice}`
    })
  }
  const line = source.lineOf(issue.path)
  const received = shown(valueAt(source.value, issue.path))
  if (valueAt(source.value, issue.path) === undefined) {
    return [`${source.file}:${line}: ${field || 'file'}: missing; ${expected(issue)}`]
  }
  return [`${source.file}:${line}: ${field || 'file'}: ${expected(issue)}, got ${received}`]
}

function expected(issue: z.core.$ZodIssue): string {
  if (issue.code === 'invalid_type') return `expected ${article(issue.expected)}`
  if (issue.code === 'invalid_value') return `expected one of ${issue.values.map(String).join(', ')}`
  if (issue.code === 'invalid_union') {
    const options = (issue as { options?: readonly unknown[] }).options
    return options ? `expected one of ${options.map(String).join(', ')}` : 'expected a share such as 2% or 0.02'
  }
  if (issue.code === 'too_small')
    return `expected at least ${issue.minimum}${issue.inclusive === false ? ' (and more)' : ''}`
  if (issue.code === 'too_big') return `expected at most ${issue.maximum}`
  return issue.message
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

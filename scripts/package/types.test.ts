import { parseSync } from 'oxc-parser'
import { describe, expect, test } from 'vitest'
import { schemaFiles } from '../docs/schemas.ts'
import { declarationsOf, type Schema } from './types.ts'

describe('declarations of a schema', () => {
  test('objects, optional keys, arrays, tuples, unions, definitions', () => {
    const schema: Schema = {
      title: 'A run',
      type: 'object',
      properties: {
        kind: { const: 'text' },
        mean: { type: ['number', 'null'], description: 'tokens/s */ of all' },
        'ci-95': { type: 'array', prefixItems: [{ type: 'number' }, { type: 'integer' }] },
        trials: { type: 'array', items: { anyOf: [{ type: 'string' }, { $ref: '#/$defs/trial' }] } },
        inner: { $ref: '#' },
      },
      required: ['kind'],
      $defs: { trial: { type: 'object', additionalProperties: { enum: ['a', 1] } } },
    }
    expect(declarationsOf('Run', schema)).toBe(
      [
        '/** A run */',
        'export type Run = { readonly "kind": "text"; /** tokens/s * / of all */ readonly "mean"?: number | null; ' +
          'readonly "ci-95"?: readonly [number, number]; readonly "trials"?: readonly (string | Runtrial)[]; readonly "inner"?: Run }',
        'type Runtrial = { readonly [key: string]: "a" | 1 }',
      ].join('\n'),
    )
  })

  test('what says nothing is unknown, and a reference to elsewhere is refused', () => {
    expect(declarationsOf('Any', {})).toBe('export type Any = unknown')
    expect(() => declarationsOf('Any', { $ref: 'https://example.org' })).toThrow('not a definition of this schema')
  })
})

test.each(schemaFiles.map(({ file, text }) => ({ file, text })))('$file becomes TypeScript that parses', ({ text }) => {
  const declarations = declarationsOf('Document', JSON.parse(text()) as Schema)
  expect(parseSync('types.d.ts', declarations).errors).toEqual([])
  expect(declarations.length).toBeGreaterThan(50)
})

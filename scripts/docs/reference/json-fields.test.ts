import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { fieldsOf, type JsonSchema } from './json-fields.ts'

const fieldsIn = (schema: z.ZodType) => fieldsOf(z.toJSONSchema(schema, { io: 'input' }) as JsonSchema)

describe('the fields of a schema', () => {
  test('are listed with their parts, in order, with what they take and what counts without them', () => {
    const schema = z.strictObject({
      name: z.string().describe('its name'),
      trial: z
        .strictObject({ seconds: z.number().positive().max(3600).default(60).describe('length') })
        .optional()
        .describe('one trial'),
      cards: z.record(z.string(), z.strictObject({ label: z.string().optional() })).optional(),
      points: z.array(z.int().min(1)).describe('points'),
    })
    expect(fieldsIn(schema)).toEqual([
      { path: 'name', takes: 'text', unless: 'required', what: 'its name' },
      { path: 'trial', takes: 'keys', unless: '', what: 'one trial' },
      { path: 'trial.seconds', takes: 'number, above 0, 3,600 at most', unless: '`60`', what: 'length' },
      { path: 'cards', takes: 'keys', unless: '', what: '' },
      { path: 'cards.KEY.label', takes: 'text', unless: '', what: '' },
      { path: 'points', takes: 'list: whole number, 1 or more', unless: 'required', what: 'points' },
    ])
  })

  test('of several forms say of which they are, and what all forms have is said once', () => {
    const load = z.discriminatedUnion('shape', [
      z.strictObject({
        shape: z.literal('closed').describe('in flight'),
        streams: z.int().positive(),
        ramp: z.number().min(0).default(1).describe('ramp'),
      }),
      z.strictObject({
        shape: z.literal('open').describe('at times'),
        rate: z.number().positive().describe('rate'),
        ramp: z.number().min(0).default(1).describe('ramp'),
      }),
    ])
    expect(fieldsIn(z.strictObject({ load })).map(({ path, takes, what }) => [path, takes, what])).toEqual([
      ['load', 'keys', ''],
      ['load.shape', '`closed`, `open`', '`closed`: in flight; `open`: at times'],
      ['load.streams', 'whole number, above 0', '(with `shape: closed`)'],
      ['load.ramp', 'number, 0 or more', 'ramp'],
      ['load.rate', 'number, above 0', 'rate (with `shape: open`)'],
    ])
  })

  test('that are a value or a small object name the keys of the object in their row', () => {
    const value = z.union([z.number(), z.strictObject({ value: z.number(), source: z.string() })])
    expect(fieldsIn(z.strictObject({ value }))).toEqual([
      { path: 'value', takes: 'number, or `{ value, source }`', unless: 'required', what: '' },
    ])
  })

  test('that stand elsewhere are a row without their parts', () => {
    const schema = z.toJSONSchema(z.strictObject({ model: z.strictObject({ layers: z.int() }) })) as JsonSchema
    expect(fieldsOf(schema, { elsewhere: { model: 'see the schema' } })).toEqual([
      { path: 'model', takes: 'see the schema', unless: 'required', what: '' },
    ])
  })

  test('of a shared definition are one row with its words and their own description', () => {
    const pair = z.strictObject({ low: z.number(), high: z.number() }).meta({ id: 'pair', description: 'two numbers' })
    const schema = z.toJSONSchema(z.strictObject({ ttft: pair.describe('TTFT'), tpot: pair.optional() })) as JsonSchema
    expect(fieldsOf(schema, { shared: { pair: 'a pair' } })).toEqual([
      { path: 'ttft', takes: 'a pair', unless: 'required', what: 'TTFT' },
      { path: 'tpot', takes: 'a pair', unless: '', what: '' },
    ])
  })
})

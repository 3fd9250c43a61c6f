import { z } from 'zod'
import { scenarioFileSchema, suiteSchema } from './schema.ts'

/** The JSON Schema of a scenario file as written to `scenarios/schema.json`. */
export function scenarioJsonSchema(): string {
  const schema = z.toJSONSchema(scenarioFileSchema, { io: 'input', target: 'draft-7' })
  return `${JSON.stringify({ ...schema, title: 'joulemark scenario' }, null, 2)}\n`
}

/** The JSON Schema of a suite as written to `scenarios/suite.schema.json`. */
export function suiteJsonSchema(): string {
  const schema = z.toJSONSchema(suiteSchema, { io: 'input', target: 'draft-7' })
  return `${JSON.stringify({ ...schema, title: 'joulemark suite' }, null, 2)}\n`
}

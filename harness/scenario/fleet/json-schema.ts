import { z } from 'zod'
import { fleetFileSchema } from './schema.ts'

/** The JSON Schema of FLEET.yaml, for editors. */
export function fleetFileJsonSchema(): string {
  const schema = z.toJSONSchema(fleetFileSchema, { io: 'input', target: 'draft-7' })
  return `${JSON.stringify({ ...schema, title: 'FLEET.yaml' }, null, 2)}\n`
}

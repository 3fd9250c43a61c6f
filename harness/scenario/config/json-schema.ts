import { z } from 'zod'
import { configFileSchema } from './schema.ts'

/** The JSON Schema of joulemark.yaml, for editors. */
export function configJsonSchema(): string {
  const schema = z.toJSONSchema(configFileSchema, { io: 'input', target: 'draft-7' })
  return `${JSON.stringify({ ...schema, title: 'joulemark.yaml' }, null, 2)}\n`
}

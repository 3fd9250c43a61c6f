import { z } from 'zod'
import { cellSchema, claimsSchema } from '../schema.ts'

/**
 * The JSON Schema of a claims file as written to `docs/schemas/claims.schema.json`, for editors: a cell may also be its
 * printed text, or empty. What a schema cannot say (ids, formulas, units, columns) is checked when the file is read.
 */
export function claimsJsonSchema(): string {
  const schema = z.toJSONSchema(claimsSchema, {
    io: 'input',
    target: 'draft-2020-12',
    override: ({ zodSchema, jsonSchema }) => {
      if (zodSchema !== (cellSchema as unknown)) return
      const full = { ...jsonSchema }
      for (const key of Object.keys(jsonSchema)) delete jsonSchema[key]
      jsonSchema.anyOf = [
        { type: 'string', description: 'as printed, such as "900 t/s" or "OOM"' },
        { type: 'null', description: 'empty: claims nothing' },
        full,
      ]
    },
  })
  return `${JSON.stringify({ ...schema, title: 'joulemark claims file, version 1' }, null, 2)}\n`
}

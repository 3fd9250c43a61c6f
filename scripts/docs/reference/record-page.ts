import { z } from 'zod'
import { percentilesSchema } from '../../../harness/record/schema/percentiles.ts'
import { runRecordSchema, SCHEMA_VERSION } from '../../../harness/record/schema/run.ts'
import { type Field, fieldsOf, type JsonSchema } from './json-fields.ts'
import { notice, page, sectionsOf, tableOf } from './page-parts.ts'

const read = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: 'output' }) as JsonSchema

/** docs/reference/run-record.md, whole. */
export function recordPage(): string {
  return page([
    `# run.json, key by key

${notice}

The record of a run, schema version ${SCHEMA_VERSION}, as \`run --json\` prints it and every other command reads it. [Formats](../schemas/README.md)
says what may change and when. Units are in the names; a time in \`Ms\` that is no duration is on the clock of the run. For programs:
[run-record.schema.json](../schemas/run-record.schema.json).`,
    '## Measured values\n\nA number, or `{ "value": null, "reason": "…" }` where there is none: what is not known is never 0.',
    '## Percentiles\n\nOf what a row says, by linear interpolation, each a measured value.',
    recordTable(fieldsOf(read(percentilesSchema), { shared: sharedValues })),
    ...sectionsOf(fieldsOf(read(runRecordSchema), { elsewhere, shared: sharedValues }), recordTable),
  ])
}

const sharedValues = { measured: '[measured](#measured-values)', percentiles: '[percentiles](#percentiles)' }

const elsewhere = {
  scenario: 'keys of [a scenario file](scenario-file.md), with the overrides of the card applied',
  model: 'keys: see the schema',
  'card.description': 'keys: see [cards](joulemark-yaml.md#cards) and the schema',
  'telemetry.after': 'the keys of `telemetry.before`',
}

/** A record is written, not given: a key is always there, or where it applies. */
const recordTable = (fields: readonly Field[]): string =>
  tableOf(
    fields.map((field) => ({ ...field, unless: field.unless === 'required' ? 'always' : 'may be absent' })),
    'key | value | there | what',
  )

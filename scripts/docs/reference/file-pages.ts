import { z } from 'zod'
import { runRecordSchema, SCHEMA_VERSION } from '../../../harness/record/schema/run.ts'
import { configFileSchema } from '../../../harness/scenario/config/schema.ts'
import { fleetFileSchema } from '../../../harness/scenario/fleet/schema.ts'
import { scenarioFileSchema, suiteSchema } from '../../../harness/scenario/schema.ts'
import { type Field, fieldsOf, type JsonSchema, type Listing } from './json-fields.ts'

const written = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: 'input' }) as JsonSchema
const read = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: 'output' }) as JsonSchema

/** A page whose table is made from a schema. */
const notice = '<!-- Written by npm run docs from the zod schemas; edit the descriptions there, not this page. -->'

/** docs/reference/scenario-file.md, whole. */
export function scenarioFilePage(): string {
  const kinds = (written(scenarioFileSchema).oneOf ?? []).map((kind) => ({
    name: String(kind.properties?.['kind']?.const),
    what: kind.properties?.['kind']?.description ?? '',
    fields: fieldsOf(kind, { elsewhere: overrides }),
  }))
  const marks = kinds.map(({ fields }) => new Set(fields.map(markOf)))
  const isCommon = (field: Field) => marks.every((of) => of.has(markOf(field)))
  const common = (kinds[0]?.fields ?? []).filter(isCommon)
  return page([
    scenarioIntro,
    '## Every kind\n\n`cards` overrides fields for one card, by the key of the card: `cards.rtx-4090.load.concurrency: 16`.',
    tableOf(common),
    ...kinds.flatMap(({ name, what, fields }) => [
      `## kind: ${name}\n\n${what[0]?.toUpperCase()}${what.slice(1)}.`,
      tableOf(fields.filter((field) => !isCommon(field))),
    ]),
    '## A suite\n\nScenario files that are run one after another.',
    tableOf(fieldsOf(written(suiteSchema))),
  ])
}

const overrides = { cards: 'keys of a scenario, by the key of a card' }

const scenarioIntro = `# The scenario file, field by field

${notice}

A scenario is a YAML file: what to ask of a card. [scenarios/README.md](../../scenarios/README.md) shows how to write one, and
\`joulemark run FILE --endpoint URL\` measures it. An unknown key is an error that names the nearest known one. For editors:
[schema.json](../../scenarios/schema.json).`

/** docs/reference/joulemark-yaml.md, whole. */
export function configFilePage(): string {
  return page([
    `# joulemark.yaml, key by key

${notice}

What is yours and holds for every command. [The guide](../configuration.md) says which file counts, and shows one; \`joulemark init\`
writes one. \`KEY\` is a name of your choice, or the key of a card. For editors: [config.schema.json](../schemas/config.schema.json).`,
    ...sectionsOf(written(configFileSchema)),
  ])
}

/** docs/reference/fleet-file.md, whole. */
export function fleetFilePage(): string {
  return page([
    `# FLEET.yaml, key by key

${notice}

Which servers \`joulemark fleet run\` measures, with what, by which engine and when. [The guide](../fleet-run.md) shows one. For
editors: [fleet-file.schema.json](../schemas/fleet-file.schema.json).`,
    tableOf(fieldsOf(written(fleetFileSchema))),
  ])
}

/** docs/reference/run-record.md, whole. */
export function recordPage(): string {
  return page([
    `# run.json, key by key

${notice}

The record of a run, schema version ${SCHEMA_VERSION}, as \`run --json\` prints it and every other command reads it. [Formats](../schemas/README.md)
says what may change and when, and how a value that is not known is written. Units are in the names. For programs:
[run-record.schema.json](../schemas/run-record.schema.json).`,
    ...sectionsOf(read(runRecordSchema), { elsewhere: recordElsewhere }),
  ])
}

const recordElsewhere = {
  scenario: 'keys of [a scenario file](scenario-file.md), with the overrides of the card applied',
  model: 'keys: see the schema',
  'card.description': 'keys: see [cards](joulemark-yaml.md#cards) and the schema',
}

/** A table of the plain keys of a file, then a section for each key that has parts. */
function sectionsOf(schema: JsonSchema, listing: Listing = {}): string[] {
  const groups = [...Map.groupBy(fieldsOf(schema, listing), ({ path }) => path.split(/[.[]/)[0] ?? '')]
  const plain = groups.flatMap(([, fields]) => (fields.length === 1 ? fields : []))
  const parted = groups.filter(([, fields]) => fields.length > 1)
  return [
    ...(plain.length === 0 ? [] : ['## Plain keys', tableOf(plain)]),
    ...parted.flatMap(([key, [own, ...fields]]) => [
      `## ${key}${own?.what ? `\n\n${own.what[0]?.toUpperCase()}${own.what.slice(1)}.` : ''}`,
      tableOf(fields),
    ]),
  ]
}

const page = (parts: readonly string[]): string => `${parts.join('\n\n')}\n`

/** What makes two fields the same. */
const markOf = ({ path, takes, unless, what }: Field): string => [path, takes, unless, what].join('|')

function tableOf(fields: readonly Field[]): string {
  const rows = fields.map(
    ({ path, takes, unless, what }) => `| \`${path}\` | ${[takes, unless, what].map(cell).join(' | ')} |`,
  )
  return ['| key | takes | unless given | what |', '|---|---|---|---|', ...rows].join('\n')
}

const cell = (text: string): string => text.replaceAll('|', '\\|').replaceAll('<', '&lt;')

import { z } from 'zod'
import { configFileSchema } from '../../../harness/scenario/config/schema.ts'
import { fleetFileSchema } from '../../../harness/scenario/fleet/schema.ts'
import { scenarioFileSchema, suiteSchema } from '../../../harness/scenario/schema.ts'
import { type Field, fieldsOf, type JsonSchema } from './json-fields.ts'
import { notice, page, sectionsOf, tableOf } from './page-parts.ts'

const written = (schema: z.ZodType): JsonSchema => z.toJSONSchema(schema, { io: 'input' }) as JsonSchema

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
    ...sectionsOf(fieldsOf(written(configFileSchema))),
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

/** What makes two fields the same. */
const markOf = ({ path, takes, unless, what }: Field): string => [path, takes, unless, what].join('|')

import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { scenarioJsonSchema, suiteJsonSchema } from '../harness/scenario/json-schema.ts'
import { scenarioTables, TABLE_BEGIN, TABLE_END } from './docs/scenario-table.ts'

/** Writes what in `scenarios/` follows from the code: the schemas that editors complete from, and the tables of its README. */
const scenarios = new URL('../scenarios/', import.meta.url)
await writeFile(new URL('schema.json', scenarios), scenarioJsonSchema())
await writeFile(new URL('suite.schema.json', scenarios), suiteJsonSchema())
const readme = new URL('README.md', scenarios)
const text = await readFile(readme, 'utf8')
const [before, after] = [text.indexOf(TABLE_BEGIN), text.indexOf(TABLE_END) + TABLE_END.length]
await writeFile(readme, text.slice(0, before) + (await scenarioTables(fileURLToPath(scenarios))) + text.slice(after))

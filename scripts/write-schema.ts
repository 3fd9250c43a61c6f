import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { inRepository } from './docs/pages.ts'
import { scenarioTables, TABLE_BEGIN, TABLE_END } from './docs/scenario-table.ts'
import { schemaFiles } from './docs/schemas.ts'

/** Writes every JSON Schema of the repository, and the tables of scenarios/README.md. */
for (const { file, text } of schemaFiles) await writeFile(inRepository(file), text())
const readme = inRepository('scenarios/README.md')
const page = await readFile(readme, 'utf8')
const [before, after] = [page.indexOf(TABLE_BEGIN), page.indexOf(TABLE_END) + TABLE_END.length]
await writeFile(
  readme,
  page.slice(0, before) + (await scenarioTables(fileURLToPath(inRepository('scenarios/')))) + page.slice(after),
)

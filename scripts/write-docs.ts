import { writeFile } from 'node:fs/promises'
import { inRepository, pages } from './docs/pages.ts'

/** Writes the pages of docs/ that follow from the code. */
for (const { file, text } of pages) await writeFile(inRepository(file), await text())

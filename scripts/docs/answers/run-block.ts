import { runRecordSchema } from '../../../harness/record/schema/run.ts'
import { calledAs } from '../../../harness/version.ts'
import { catalogueFacts } from '../../../reports/catalogue-facts.ts'
import { runAnswer } from '../../../reports/run-answer/answer.ts'

/** Columns of the terminal on which the answer is shown. */
const COLUMNS = 80

/** What `joulemark run` prints at its end, for the record of a run that is shipped as an example: a page explains it. */
export function runBlock(document: string): string {
  const record = runRecordSchema.parse(JSON.parse(document))
  const ended = { record, directory: `results/${record.id}` }
  const text = runAnswer(ended, catalogueFacts({}, [record]), { columns: COLUMNS, color: false })
  // an installation calls itself joulemark; these are the sources
  return `\`\`\`text\n${text.trimEnd().replaceAll(calledAs, 'joulemark')}\n\`\`\``
}

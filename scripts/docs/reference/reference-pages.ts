import { environmentPage, exitCodesPage } from './code-pages.ts'
import { configFilePage, fleetFilePage, scenarioFilePage } from './file-pages.ts'
import { recordPage } from './record-page.ts'

/** The pages of docs/reference/, whole. */
export const referencePages: readonly { readonly file: string; readonly text: () => string }[] = [
  { file: 'docs/reference/scenario-file.md', text: scenarioFilePage },
  { file: 'docs/reference/joulemark-yaml.md', text: configFilePage },
  { file: 'docs/reference/fleet-file.md', text: fleetFilePage },
  { file: 'docs/reference/run-record.md', text: recordPage },
  { file: 'docs/reference/exit-codes.md', text: exitCodesPage },
  { file: 'docs/reference/environment.md', text: environmentPage },
]

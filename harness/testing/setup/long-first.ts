import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/**
 * The files that take longest, from a minute to three. Vitest begins with the largest files where it has no earlier run to
 * go by, as in CI, and one of these that began last would run alone at the end.
 */
const LONGEST = [
  'scripts/actions/box-two-cards.e2e.test.ts',
  'harness/run/faults.e2e.test.ts',
  'harness/run/run.e2e.test.ts',
  'scripts/run/own-model.e2e.test.ts',
  'scripts/actions/box.e2e.test.ts',
  'scripts/run/ask.e2e.test.ts',
  'harness/workloads/prompts.e2e.test.ts',
  'harness/box/soak/soak.e2e.test.ts',
]

/** Begins with the longest files, and keeps the order of the rest. Throws where one of them is not there any more. */
export default class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const paths = LONGEST.map((file) => join(this.ctx.config.root, file))
    const gone = paths.filter((path) => !existsSync(path))
    if (gone.length > 0) throw new Error(`no test file: ${gone.join(', ')}`)
    const place = ({ moduleId }: TestSpecification): number => {
      const at = paths.indexOf(moduleId)
      return at < 0 ? paths.length : at
    }
    return (await super.sort(files)).toSorted((a, b) => place(a) - place(b))
  }
}

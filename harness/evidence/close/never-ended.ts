import { streamRows } from '../../record/row-stream.ts'
import type { RunRecord } from '../../record/schema/run.ts'
import { counted } from '../../units.ts'
import type { Problem } from '../check-files.ts'

/** The one problem of a record whose status is still `running`: what is there of it. */
export async function neverEnded(directory: string, { trials, trialBounds }: RunRecord): Promise<Problem> {
  const recorded =
    trialBounds === undefined
      ? counted(trials.length, 'trial')
      : `${trials.length} of at least ${counted(trialBounds.fewest, 'trial')}`
  const what = `the run never ended: ${recorded} in the record, ${await requestsOnDisk(directory)} on disk`
  return { file: 'run.json', what: `status: running: ${what}` }
}

async function requestsOnDisk(directory: string): Promise<string> {
  let count = 0
  try {
    for await (const _ of streamRows(directory, 'requests.csv')) count += 1
  } catch {
    return `at least ${counted(count, 'request')} (requests.csv cannot be read to its end)`
  }
  return counted(count, 'request')
}

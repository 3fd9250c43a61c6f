import { expect, test } from 'vitest'
import { exitCodes, JoulemarkError } from '../../harness/errors.ts'
import { DiskError } from '../../harness/record/disk/disk-error.ts'
import type { FinishedRun } from '../../harness/run/run.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import { runSuite } from './run-files.ts'

const file = (name: string) => ({ name }) as ScenarioFile
const refused = new JoulemarkError('bad-input', 'endpoint: does not serve b')
const one = async ({ name }: ScenarioFile) => {
  if (name === 'b') throw refused
  return [{ directory: name } as FinishedRun]
}

test('a scenario that cannot run does not end a suite, and is reported', async () => {
  const said: string[] = []
  const { finished, failures } = await runSuite(['a', 'b', 'c'].map(file), one, new AbortController().signal, (line) =>
    said.push(line),
  )
  expect(finished.map((run) => run.directory)).toEqual(['a', 'c'])
  expect(failures).toEqual([{ line: refused.message, exitCode: exitCodes.badInput }])
  expect(said).toEqual(['skipped: endpoint: does not serve b'])
})

test('the error of a single scenario is thrown, and so is a bug in a suite', async () => {
  const { signal } = new AbortController()
  await expect(runSuite([file('b')], one, signal, () => {})).rejects.toBe(refused)
  const bug = async () => {
    throw new TypeError('ours')
  }
  await expect(runSuite(['a', 'b'].map(file), bug, signal, () => {})).rejects.toThrow('ours')
})

test('a disk that takes no more ends a suite: no later run could be written', async () => {
  const full = new DiskError('/out: cannot be written', null)
  const tried: string[] = []
  const onFullDisk = async ({ name }: ScenarioFile) => {
    tried.push(name)
    throw full
  }
  await expect(runSuite(['a', 'b'].map(file), onFullDisk, new AbortController().signal, () => {})).rejects.toBe(full)
  expect(tried).toEqual(['a'])
})

test('after an interrupt nothing more is begun', async () => {
  const stop = new AbortController()
  const stopping = async (each: ScenarioFile) => {
    stop.abort()
    return one(each)
  }
  const { finished } = await runSuite(['a', 'c'].map(file), stopping, stop.signal, () => {})
  expect(finished).toHaveLength(1)
})

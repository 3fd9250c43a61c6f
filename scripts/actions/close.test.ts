import { expect, test } from 'vitest'
import { JoulemarkError } from '../../harness/errors.ts'
import { readRun } from '../../harness/record/read.ts'
import type { RunRecord } from '../../harness/record/schema/run.ts'
import { killedRun } from '../../harness/testing/killed-run.ts'
import type { CommandIo } from '../support/io.ts'
import { close } from './close.ts'
import { list } from './list.ts'
import { verify } from './verify.ts'

/** A command with its answer: what it printed and its exit code, or its error. */
async function said(command: (io: CommandIo) => Promise<number>): Promise<{ text: string; exitCode: number }> {
  let text = ''
  const write = (piece: string) => {
    text += piece
  }
  const stderr = { isTTY: false, color: false, write }
  try {
    const exitCode = await command({ stdout: write, stderr, env: { HOME: '/nowhere' }, columns: null, color: false })
    return { text, exitCode }
  } catch (error) {
    if (!(error instanceof JoulemarkError)) throw error
    return { text: text + error.message, exitCode: error.exitCode }
  }
}

/** The process of this test runs; with another start it is a later process with the same id. */
const gone = (record: RunRecord): RunRecord => ({
  ...record,
  process: { ...record.process!, startTicks: record.process!.startTicks! + 1 },
})
const elsewhere = (record: RunRecord): RunRecord => ({
  ...record,
  host: { ...record.host, hostname: 'gpu-box-7' },
  process: { ...record.process!, bootId: 'another machine' },
})

const isLinux = process.platform === 'linux'

test.runIf(isLinux)('a run whose process is gone is abandoned, and is closed', async () => {
  const { directory, record } = await killedRun(gone)
  const why = `its process ${process.pid} has ended; another process has that id now`
  const advice = `\`joulemark close ${directory}\` finishes it from its rows`
  const listed = await said((io) => list([directory], {}, io))
  expect(listed.text).toBe(
    `${record.id}  abandoned   live       not quotable: status abandoned\n    status abandoned: ${why}; ${advice}\n`,
  )
  const verified = await said((io) => verify([directory], {}, io))
  expect(verified.exitCode).toBe(1)
  expect(verified.text.trimEnd().split('\n')).toEqual([
    `NOT VERIFIED (1): ${record.id}`,
    expect.stringMatching(
      /^ {2}run\.json: status: running: the run never ended: 2 of at least 3 trials .*; status abandoned: /,
    ),
  ])
  expect(await said((io) => close([directory], {}, io))).toEqual({
    exitCode: 0,
    text: `closed: ${record.id}: interrupted, 2 trials, 44 requests, not signed\n`,
  })
  expect((await said((io) => verify([directory], {}, io))).exitCode).toBe(0)
  expect(await said((io) => close([directory], {}, io))).toEqual({
    exitCode: 2,
    text: `${directory}: nothing to close: the run is interrupted`,
  })
})

test('a run that is still written is running, and is not closed, whatever is forced', async () => {
  const { directory } = await killedRun()
  expect((await said((io) => list([directory], {}, io))).text).toMatch(
    new RegExp(` running {5}live .*\\n {4}status running: its process ${process.pid} runs\\n$`),
  )
  const { text, exitCode } = await said((io) => close([directory], { force: true }, io))
  expect(exitCode).toBe(2)
  expect(text).toBe(`${directory}: its process ${process.pid} runs; to end it in good order: kill -INT ${process.pid}`)
  expect((await readRun(directory)).record.status).toBe('running')
})

test('a run of another machine may still be going on: it is closed there, or by force', async () => {
  const { directory } = await killedRun(elsewhere)
  const { text } = await said((io) => list([directory], {}, io))
  expect(text).toContain('  running or abandoned, on gpu-box-7 live ')
  const refused = await said((io) => close([directory], {}, io))
  expect(refused).toMatchObject({ exitCode: 2, text: expect.stringContaining('may still be going on, on gpu-box-7') })
  expect((await said((io) => close([directory], { force: true }, io))).exitCode).toBe(0)
  expect((await readRun(directory)).record.status).toBe('interrupted')
})

import { appendFileSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { JoulemarkError } from '../../harness/errors.ts'
import { DiskError } from '../../harness/record/disk/disk-error.ts'
import { saidIo } from '../../harness/testing/said-io.ts'
import { openLive } from '../live/live.ts'
import type { LogEvent } from '../live/log-event.ts'
import type { CommandIo } from './io.ts'
import { followLog, unattended } from './unattended-log.ts'

const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /
/** The lines of a log without their times; each line between the first and the last has one. */
const unstamped = (lines: readonly string[]) =>
  lines.map((line) => (STAMP.test(line) || line.startsWith('--- ') ? line.replace(STAMP, '') : `no time: ${line}`))
const folder = () => mkdtempSync(join(tmpdir(), 'log-'))

/** A terminal, and what is on it. */
function terminal(): { io: CommandIo; shown: string[] } {
  const shown: string[] = []
  const show = (text: string) => void shown.push(text)
  const stderr = { isTTY: true, color: true, write: show }
  return { io: { stdout: show, stderr, env: {}, columns: 80, color: true }, shown }
}

test('what a command prints is in its log too, without colours', async () => {
  const log = join(folder(), 'new', 'box.log')
  const { io, shown } = terminal()
  const code = await unattended({ log, follow: 'joulemark box --follow' }, io, async (logged) => {
    logged.stderr.write('\u001b[1mtrial 1: done\u001b[22m\n')
    logged.stdout('the report\n')
    logged.stdout('a line in ')
    logged.stdout('two pieces\nand an open')
    return 1
  })
  expect(code).toBe(1)
  const [started, ...stampedLines] = readFileSync(log, 'utf8').trimEnd().split('\n')
  const lines = unstamped(stampedLines)
  expect(started).toMatch(new RegExp(`^--- started \\d{4}-.* by process ${process.pid}$`))
  expect(lines).toEqual([
    'safe to disconnect: this goes on without its terminal; to follow it: joulemark box --follow',
    'trial 1: done',
    'the report',
    'a line in two pieces',
    'and an open',
    '--- ended with exit code 1',
  ])
  expect(shown[0]).toBe(`${lines[0]}\n`)
  expect(shown[1]).toBe('\u001b[1mtrial 1: done\u001b[22m\n')
})

test('what a terminal shows in its live block only is in the log', async () => {
  const log = join(folder(), 'box.log')
  const { io, shown } = terminal()
  await unattended({ log, follow: 'tail' }, io, async (logged) => {
    openLive(logged.stderr).lane('GPU 0').doing('calibrating the client')
    return 0
  })
  expect(shown.join('')).not.toContain('calibrating')
  expect(readFileSync(log, 'utf8')).toMatch(/Z GPU 0: calibrating the client\n/)
})

test('a log beside JSON is text, and a line has one time', async () => {
  const log = join(folder(), 'box.log')
  const json = saidIo()
  const piped = saidIo()
  const event = (given: LogEvent) => json.io.stderr.write(JSON.stringify(given))
  const ios = [{ ...json.io, stderr: { ...json.io.stderr, event } }, piped.io]
  for (const io of ios) {
    await unattended({ log, follow: 'tail' }, io, async (logged) => {
      openLive(logged.stderr).warn('the disk is slow')
      return 0
    })
  }
  expect(json.said.stderr).toContain('{"event":"message","level":"warn","message":"the disk is slow"}')
  const lines = readFileSync(log, 'utf8')
    .split('\n')
    .filter((line) => line.includes('disk'))
  expect(unstamped(lines)).toEqual(['warning: the disk is slow', 'warning: the disk is slow'])
})

test('the error that ends a command is in its log, with the exit code', async () => {
  const log = join(folder(), 'run.log')
  const error = new JoulemarkError('environment', 'endpoint http://x: cannot be reached')
  const failing = async () => Promise.reject(error)
  await expect(unattended({ log, follow: 'tail' }, terminal().io, failing)).rejects.toBe(error)
  expect(readFileSync(log, 'utf8')).toMatch(/Z endpoint http:\/\/x: cannot be reached\n--- ended with exit code 3\n$/)
})

test('no secret of the environment is in a log, nor what would change the order of its text', async () => {
  const log = join(folder(), 'run.log')
  const { io } = terminal()
  const secret = 'sk-4f9d0c2ab7e84f51'
  await unattended({ log, follow: 'tail' }, { ...io, env: { OPENAI_API_KEY: secret } }, async (logged) => {
    logged.stderr.write(`key ${secret}\n`)
    logged.stdout('a\u202eb\n')
    return 0
  })
  const text = readFileSync(log, 'utf8')
  expect(text).toMatch(/Z key \[secret\]\n\S+Z ab\n/)
  expect(text).not.toContain(secret)
})

test('a log that cannot be written is refused before anything starts', async () => {
  const file = join(folder(), 'file')
  writeFileSync(file, '')
  let isStarted = false
  const work = async () => {
    isStarted = true
    return 0
  }
  await expect(unattended({ log: join(file, 'run.log'), follow: 'tail' }, terminal().io, work)).rejects.toThrow(
    DiskError,
  )
  expect(isStarted).toBe(false)
})

test('a log is followed until its command has ended, in whatever pieces it grows', async () => {
  const log = join(folder(), 'box.log')
  writeFileSync(log, `--- started 2026-01-01T00:00:00.000Z by process ${process.pid}\nscenario one: do`)
  const { io, shown } = terminal()
  const following = followLog(log, io, 0)
  appendFileSync(log, 'ne\n--- ended with exit')
  appendFileSync(log, ' code 1\n')
  expect(await following).toBe(0)
  expect(shown.join('')).toBe(readFileSync(log, 'utf8'))
})

test('a log whose process is gone ends with what to do', async () => {
  const log = join(folder(), 'box.log')
  // no system gives this id to a process
  writeFileSync(log, '--- started 2026-01-01T00:00:00.000Z by process 2147483646\nscenario one: starting\n')
  const { io, shown } = terminal()
  expect(await followLog(log, io, 0)).toBe(3)
  expect(shown.at(-1)).toMatch(/^process 2147483646 is gone .* `joulemark box --resume` continues\n$/)
})

test('without a log there is nothing to follow', async () => {
  await expect(followLog(join(folder(), 'box.log'), terminal().io, 0)).rejects.toThrow('no such log')
})

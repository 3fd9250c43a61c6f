import { closeSync, createReadStream, openSync, statSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { exitCodes, JoulemarkError, messageOf } from '../../harness/errors.ts'
import { withoutInvisible } from '../../harness/plain-text.ts'
import { diskError } from '../../harness/record/disk/disk-error.ts'
import { makeFolder } from '../../harness/record/json-file.ts'
import { secretsIn, strictMaskOf } from '../../harness/secret-mask.ts'
import { processExists } from '../../harness/telemetry/host/process-mark.ts'
import { lineOf, stamp } from '../live/log.ts'
import type { OnHangUp } from './interrupts.ts'
import type { CommandIo } from './io.ts'
import type { View } from './view.ts'

/** What is said in the log when the terminal of an unattended run is lost. */
export const terminalGone = (log: string): OnHangUp => ({
  goOn: `the terminal is gone; this goes on, and its log is ${log}`,
})

/** First and last words of the lines with which the log of one command begins and ends. */
const STARTED = '--- started'
const ENDED = '--- ended with exit code'

/** Where the log of a command is, and the command that follows it. */
interface UnattendedLog {
  readonly log: string
  readonly follow: string
}

/**
 * Runs a command whose terminal may be lost: what it prints is also in a log, which begins with its process and ends with
 * its exit code. Its first line on the terminal says how to follow it. Throws what `work` throws; `DiskError` without a log.
 */
export async function unattended(
  { log, follow }: UnattendedLog,
  io: CommandIo,
  work: (logged: CommandIo) => Promise<number>,
): Promise<number> {
  const file = openLog(log)
  const toFile = appendTo(file)
  // as on the terminal: no secret, and nothing that changes the order of what is seen
  const mask = strictMaskOf(secretsIn(io.env))
  const append = stamped((text) => toFile(withoutInvisible(mask(text))))
  toFile(`${STARTED} ${new Date().toISOString()} by process ${process.pid}\n`)
  const logged = { ...io, stdout: both(io.stdout, append), stderr: loggedView(io.stderr, append) }
  // from here on, before the command has handlers of its own
  const ignore = () => undefined
  process.on('SIGHUP', ignore)
  logged.stderr.write(`safe to disconnect: this goes on without its terminal; to follow it: ${follow}\n`)
  let exitCode: number = exitCodes.environmentFailed
  try {
    exitCode = await work(logged)
    return exitCode
  } catch (error) {
    append(`${messageOf(error)}\n`)
    if (error instanceof JoulemarkError) exitCode = error.exitCode
    throw error
  } finally {
    process.off('SIGHUP', ignore)
    append.endLine()
    toFile(`${ENDED} ${exitCode}\n`)
    closeSync(file)
  }
}

/** A line that has its time: the live display writes them to what is no terminal. */
const STAMPED = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ /

/** Begins each line with its time, in UTC, unless it has one. A line may come in several pieces. */
function stamped(append: (text: string) => void): ((text: string) => void) & { endLine(): void } {
  let isAtStart = true
  const write = (text: string) => {
    if (text === '') return
    const time = `${stamp(new Date())} `
    const begun = isAtStart && !STAMPED.test(text) ? time : ''
    isAtStart = text.endsWith('\n')
    const body = isAtStart ? text.slice(0, -1) : text
    append(`${begun}${body.replaceAll('\n', `\n${time}`)}${isAtStart ? '\n' : ''}`)
  }
  return Object.assign(write, { endLine: () => (isAtStart ? undefined : write('\n')) })
}

function openLog(path: string): number {
  makeFolder(dirname(path))
  try {
    return openSync(path, 'a')
  } catch (error) {
    throw diskError(path, error)
  }
}

/** Appends to a log as long as its disk takes it: the run itself decides what a full disk means. */
function appendTo(file: number): (text: string) => void {
  let isOpen = true
  return (text) => {
    if (!isOpen) return
    try {
      writeSync(file, text)
    } catch {
      isOpen = false
    }
  }
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the colours of a terminal are control characters
const COLOURS = /\u001b\[[0-9;]*m/g

/** Writes to the terminal and to the log, which has no colours. */
const both =
  (show: (text: string) => void, append: (text: string) => void): ((text: string) => void) =>
  (text) => {
    show(text)
    append(text.replace(COLOURS, ''))
  }

/** A view whose lines are in the log too: as text, also where the view itself writes JSON, and also what a live block shows. */
function loggedView(view: View, append: (text: string) => void): View {
  const { event } = view
  return {
    ...view,
    write: both((text) => view.write(text), append),
    keep: (line) => append(`${line}\n`),
    ...(event === undefined
      ? {}
      : {
          event: (given) => {
            event(given)
            append(`${lineOf(given)}\n`)
          },
        }),
  }
}

const POLL_MS = 500

/**
 * Shows a log as it grows until its command has ended. Returns 0, or 3 if its process is gone without that. Throws
 * `bad-input` without a log.
 */
export async function followLog(path: string, io: CommandIo, pollMs = POLL_MS): Promise<number> {
  let place = 0
  let partial = ''
  let pid: number | null = null
  for (;;) {
    const size = statSync(path, { throwIfNoEntry: false })?.size
    if (size === undefined) {
      throw new JoulemarkError('bad-input', `${path}: no such log; an unattended run in this folder writes it`)
    }
    // the process is looked for before the log is read: it writes its last lines before it ends
    const isGone = pid !== null && !processExists(pid)
    const text = size > place ? await textFrom(path, place, size) : ''
    place = Math.max(place, size)
    io.stdout(text)
    const lines = (partial + text).split('\n')
    partial = lines.pop() ?? ''
    pid = startOf(lines) ?? pid
    if (lines.at(-1)?.startsWith(ENDED)) return exitCodes.done
    if (isGone && text === '') {
      io.stderr.write(`process ${pid} is gone and did not end in good order; \`joulemark box --resume\` continues\n`)
      return exitCodes.environmentFailed
    }
    await delay(pollMs)
  }
}

async function textFrom(path: string, from: number, to: number): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of createReadStream(path, { start: from, end: to - 1 })) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString()
}

/** The process of the last start in some lines; null if there is none. */
function startOf(lines: readonly string[]): number | null {
  const line = lines.findLast((each) => each.startsWith(STARTED))
  const pid = /by process (\d+)$/.exec(line ?? '')?.[1]
  return pid === undefined ? null : Number(pid)
}

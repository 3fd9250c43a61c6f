import { CommanderError } from '@commander-js/extra-typings'
import { exitCodes, JoulemarkError, messageOf } from '../harness/errors.ts'
import { plainText } from '../harness/plain-text.ts'
import { toolVersion } from '../harness/version.ts'
import { logFormatIn } from './live/json-log.ts'
import { buildProgram } from './program.ts'
import { processIo } from './support/io.ts'

/** Runs the command line. Any error becomes one line and an exit code. */
const io = processIo(logFormatIn(process.argv))
let exitCode: number = exitCodes.done
const program = buildProgram(toolVersion, io, (code) => {
  exitCode = code
})

try {
  if (process.argv.length <= 2) program.outputHelp()
  else await program.parseAsync()
} catch (error) {
  if (error instanceof CommanderError) exitCode = error.exitCode === 0 ? exitCodes.done : exitCodes.badInput
  else if (error instanceof JoulemarkError) {
    exitCode = error.exitCode
    sayError(error.message.split('\n').map(plainText).join('\n'))
  } else {
    exitCode = exitCodes.environmentFailed
    sayError(
      `internal error: ${messageOf(error)}\nThis is a bug in joulemark, not in your input. Please report it with the ` +
        `command, the output of joulemark --version, and these lines:\n${(error as Error)?.stack ?? ''}`,
    )
  }
}
process.exitCode = exitCode

function sayError(message: string): void {
  if (io.stderr.event) io.stderr.event({ event: 'error', level: 'error', message, exitCode })
  else io.stderr.write(`${message}\n`)
}

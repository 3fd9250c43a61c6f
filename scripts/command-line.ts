import { CommanderError } from '@commander-js/extra-typings'
import { exitCodes, JoulemarkError, messageOf } from '../harness/errors.ts'
import { plainText } from '../harness/plain-text.ts'
import { toolVersion } from '../harness/version.ts'
import { buildProgram } from './program.ts'
import { processIo } from './support/io.ts'

/** Runs the command line. Any error becomes one line and an exit code. */
const io = processIo()
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
    io.stderr.write(`${error.message.split('\n').map(plainText).join('\n')}\n`)
    exitCode = error.exitCode
  } else {
    io.stderr.write(
      `internal error: ${messageOf(error)}\nThis is a bug in joulemark, not in your input. Please report it with the ` +
        `command, the output of joulemark --version, and these lines:\n${(error as Error)?.stack ?? ''}\n`,
    )
    exitCode = exitCodes.environmentFailed
  }
}
process.exitCode = exitCode

import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings'
import { baselineCommand } from './commands/baseline.ts'
import { boxCommand } from './commands/box.ts'
import { bundleCommand } from './commands/bundle.ts'
import { cardCommand } from './commands/card.ts'
import { modelCommand } from './commands/catalogue/model.ts'
import { claimsCommand } from './commands/claims.ts'
import { closeCommand } from './commands/close.ts'
import { compareCommand } from './commands/compare.ts'
import { demoCommand } from './commands/demo.ts'
import { doctorCommand } from './commands/doctor.ts'
import { fitCommand } from './commands/fit.ts'
import { dashboardCommand } from './commands/fleet/dashboard.ts'
import { fleetCommand } from './commands/fleet/fleet.ts'
import { storeCommand } from './commands/fleet/store.ts'
import { initCommand } from './commands/init.ts'
import { keyCommand } from './commands/key.ts'
import { completeCommand, completionCommand } from './commands/learn/completion.ts'
import { explainCommand } from './commands/learn/explain.ts'
import { listCommand } from './commands/list.ts'
import { predictCommand } from './commands/predict.ts'
import { proveCommand } from './commands/prove/prove.ts'
import { quoteCommand } from './commands/quote.ts'
import { reportCommand } from './commands/report.ts'
import { runCommand } from './commands/run.ts'
import { sizeCommand } from './commands/sell/size.ts'
import { serveCommand } from './commands/serve.ts'
import { simulateCommand } from './commands/simulate.ts'
import { sweepCommand } from './commands/tune/sweep.ts'
import { tuneCommand } from './commands/tune/tune.ts'
import { verifyCommand } from './commands/verify.ts'
import { isReference } from './store/reference.ts'
import type { DefineCommand, Done } from './support/command.ts'
import { examples, helpStyle } from './support/help.ts'
import type { CommandIo } from './support/io.ts'

/** Every command, in the order of use. */
const groups = [
  ['Start:', [initCommand, demoCommand, explainCommand, completionCommand]],
  ['Prepare:', [doctorCommand, modelCommand, cardCommand, fitCommand, predictCommand, serveCommand]],
  ['Measure:', [runCommand, sweepCommand, tuneCommand, boxCommand, simulateCommand]],
  ['Compare:', [reportCommand, compareCommand, baselineCommand, fleetCommand, storeCommand, dashboardCommand]],
  [
    'Prove and sell:',
    [
      keyCommand,
      listCommand,
      closeCommand,
      verifyCommand,
      proveCommand,
      sizeCommand,
      quoteCommand,
      claimsCommand,
      bundleCommand,
    ],
  ],
] as const satisfies readonly (readonly [group: string, commands: readonly DefineCommand[]])[]

const footer = `
joulemark COMMAND --help shows the flags and examples of a command.

Exit codes: 0 done, 1 negative result (regressed, rejected, not quotable, not
verified), 2 bad input, 3 endpoint, card or disk failed, 4 inconclusive, 5 not
comparable, 130 interrupted.`

/** The command line: parses arguments, shows help and calls the action of a command. */
export function buildProgram(version: string, io: CommandIo, done: Done): Command {
  const program = new Command('joulemark')
    .description('Live GPU benchmark harness for vLLM: tokens/s, tokens/joule and £/token with error bars and proof.')
    .commandsGroup(groups[0][0])
    .version(version, '-V, --version', 'Show the version')
    .helpOption('-h, --help', 'Show help')
    .helpCommand('help [command]', 'Show help for a command')
    .configureHelp(helpStyle)
    // a wrong flag is a line of the log like any other
    .configureOutput({ writeErr: (text) => io.stderr.write(text) })
    .exitOverride()
    .addHelpText(
      'after',
      examples('demo', 'run llama-3.1-8b-fp8-batch32 --endpoint http://127.0.0.1:8000', 'report results'),
    )
    .addHelpText('after', footer)
    .hook('preAction', async (_program, command) => {
      if (takesConfig(command) && !isConfigUnused(command, program))
        await (await import('./support/config.ts')).readConfigFor(command, io)
    })
  for (const [group, commands] of groups) {
    for (const define of commands) program.addCommand(define(io, done).helpGroup(group))
  }
  program.addCommand(completeCommand(io, done), { hidden: true })
  inherit(program, 'joulemark')
  return program
}

/** Reading joulemark.yaml loads its schema: only for commands that use it. */
const takesConfig = ({ options }: CommandUnknownOpts): boolean => options.some(({ long }) => long === '--config')

/**
 * Whether a command that takes --config has no use for it now: some use it for the address of their store only, and its schema
 * takes longer to load than a list.
 */
function isConfigUnused(command: CommandUnknownOpts, program: CommandUnknownOpts): boolean {
  const { config, store } = command.opts() as { readonly config?: string; readonly store?: string }
  const parents =
    command.parent === program ? ['list', 'compare'] : command.parent?.name() === 'fleet' ? ['compare', 'report'] : []
  // sides of a fleet may be flags too
  const words = [...command.args, ...Object.values(command.opts()).flat()]
  const mayAsk = parents.includes(command.name())
  if (config !== undefined || !(mayAsk || command.parent?.name() === 'store')) return false
  return store !== undefined || (mayAsk && !words.some((word) => typeof word === 'string' && isReference(word)))
}

/** Applies the settings of the program to its commands; the error of a wrong flag names the help command. */
function inherit(parent: CommandUnknownOpts, path: string): void {
  parent.showHelpAfterError(`(${path} --help shows what there is)`)
  for (const command of parent.commands) {
    command.copyInheritedSettings(parent)
    inherit(command, `${path} ${command.name()}`)
  }
}

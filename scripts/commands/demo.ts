import { Command } from '@commander-js/extra-typings'
import type { DefineCommand } from '../support/command.ts'
import { examples } from '../support/help.ts'
import { logFormatFlag } from '../support/shared-flags.ts'

export const demoCommand: DefineCommand = (io, done) =>
  new Command('demo')
    .summary('Run the full comparison on the simulator (no GPU needed)')
    .description(
      'Run the full comparison of two cards on the simulator, in about a minute: no GPU is needed, and every number is SIMULATED.',
    )
    .option('--quick', 'Fewer and shorter trials: under 20 s')
    .option('--out <folder>', 'Folder for the run records and the report', 'results/demo')
    .addOption(logFormatFlag)
    .addHelpText('after', examples('demo', 'demo --quick'))
    .action(async (flags) => done(await (await import('../actions/demo.ts')).demo(flags, io)))

import { Command } from '@commander-js/extra-typings'
import type { CloseFlags } from '../actions/close.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { examples } from '../support/help.ts'

export const closeCommand: DefineCommand = (io, done) =>
  new Command('close')
    .summary('Finish the record of a run whose process is gone')
    .description(
      'Finish the record of a run that was killed: its values are computed from the rows on disk, and its status becomes interrupted. One that was killed while it was signed is signed at the place of its key that it had.',
    )
    .argument('<run...>', 'Runs, or folders of runs; runs that have ended are left as they are')
    .option('--force', 'Close a run of another machine, whose process cannot be seen from here')
    .addOption(configFlag())
    .addHelpText('after', examples('close results', 'close results/20261120-101500-rtx-4090-batch32'))
    .action(async (runs, flags) =>
      done(await (await import('../actions/close.ts')).close(runs, flagsFor<CloseFlags>()(flags), io)),
    )

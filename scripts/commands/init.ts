import { Command } from '@commander-js/extra-typings'
import type { InitFlags } from '../actions/own/init.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { examples } from '../support/help.ts'
import { nvidiaSmiFlag } from '../support/shared-flags.ts'

export const initCommand: DefineCommand = (io, done) =>
  new Command('init')
    .summary('Write joulemark.yaml with what is found here')
    .description(
      'Write a commented joulemark.yaml for your prices, tariff, seller and cards, with the cards of this machine. A file that exists is not replaced.',
    )
    .argument('[file]', 'File to write (default: joulemark.yaml)')
    .addOption(nvidiaSmiFlag)
    .addHelpText('after', examples('init', 'init ~/.config/joulemark/joulemark.yaml'))
    .action(async (file, flags) =>
      done(await (await import('../actions/own/init.ts')).init(file, flagsFor<InitFlags>()(flags), io)),
    )

import { Command, Option } from '@commander-js/extra-typings'
import type { InitFlags } from '../actions/own/init.ts'
import { purposeNames } from '../init/purposes.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { examples } from '../support/help.ts'
import { nvidiaSmiFlag } from '../support/shared-flags.ts'

export const initCommand: DefineCommand = (io, done) =>
  new Command('init')
    .summary('Write joulemark.yaml and a scenario for what is found here')
    .description(
      'Write a commented joulemark.yaml for your prices, tariff, seller and cards, with the cards of this machine; and a scenario for the model of the server that runs here, which can be measured at once. A file that exists is not replaced.',
    )
    .argument('[file]', 'File to write (default: joulemark.yaml)')
    .option('--endpoint <url>', 'Server to write a scenario for (default: http://127.0.0.1:8000, if one answers there)')
    .addOption(
      new Option('--for <use>', `What the server is for; asked for on a terminal, else ${purposeNames[0]}`).choices(
        purposeNames,
      ),
    )
    .addOption(nvidiaSmiFlag)
    .addHelpText(
      'after',
      examples('init', 'init --endpoint http://gpu1:8000 --for chat', 'init ~/.config/joulemark/joulemark.yaml'),
    )
    .action(async (file, flags) =>
      done(await (await import('../actions/own/init.ts')).init(file, flagsFor<InitFlags>()(flags), io)),
    )

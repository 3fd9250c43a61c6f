import { Command } from '@commander-js/extra-typings'
import type { DescribeCardFlags } from '../actions/own/card.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { examples } from '../support/help.ts'
import { jsonFlag, nvidiaSmiFlag } from '../support/shared-flags.ts'

export const cardCommand: DefineCommand = (io, done) => {
  const describe = new Command('describe')
    .summary('Show what is known of a card, and where each value is from')
    .description(
      'Show what is known of a card, and where each value is from; for a card that is not in the catalogue also the lines for joulemark.yaml.',
    )
    .argument('[card...]', 'Keys of cards (default: the cards of this machine)')
    .addOption(nvidiaSmiFlag)
    .addOption(jsonFlag)
    .addOption(configFlag())
    .addHelpText('after', examples('card describe', 'card describe h200-nvl --json'))
    .action(async (keys, flags) =>
      done(
        await (await import('../actions/own/card.ts')).describeCards(keys, flagsFor<DescribeCardFlags>()(flags), io),
      ),
    )
  const list = new Command('list')
    .description('List the cards that can be named, with their prices')
    .addOption(jsonFlag)
    .addOption(configFlag())
    .addHelpText('after', examples('card list'))
    .action(async (flags) => done((await import('../actions/own/card.ts')).listCards(flags, io)))
  return new Command('card')
    .summary('Show what is known of a card')
    .description('What is known of cards: bundled ones, your own (joulemark.yaml), and those of this machine.')
    .helpCommand(false)
    .addCommand(describe)
    .addCommand(list)
    .addHelpText('after', examples('card describe', 'card list'))
}

import { Command } from '@commander-js/extra-typings'
import type { DefineCommand } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { examples } from '../support/help.ts'

export const keyCommand: DefineCommand = (io, done) =>
  new Command('key')
    .summary('Make the key that signs runs')
    .description(
      'The key that signs runs at their end (JOULEMARK_KEY, `key` in joulemark.yaml, or ~/.config/joulemark/signing-key.pem).',
    )
    .helpCommand(false)
    .addCommand(
      new Command('new')
        .summary('Make a key pair')
        .description(
          'Make a key pair; the private key stays in its file. The first live run makes one where there is none.',
        )
        .option(
          '--out <file>',
          'File for the private key (default: JOULEMARK_KEY, `key` in joulemark.yaml, or ~/.config/joulemark/signing-key.pem)',
        )
        .addOption(configFlag())
        .addHelpText('after', examples('key new', 'key new --out ~/keys/joulemark.pem'))
        .action(async (flags) => done((await import('../actions/key.ts')).newKey(flags, io))),
    )
    .addHelpText('after', examples('key new'))

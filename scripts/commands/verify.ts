import { Command } from '@commander-js/extra-typings'
import type { VerifyFlags } from '../actions/verify.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { examples } from '../support/help.ts'
import { jsonFlag } from '../support/shared-flags.ts'

export const verifyCommand: DefineCommand = (io, done) =>
  new Command('verify')
    .summary('Verify a run: hashes, signature, metrics recomputed')
    .description(
      'Verify a run: file hashes, signature, and every metric recomputed from raw data. Names the runs of the key that are missing. Exit code 1 if anything differs, 3 if a run could not be checked.',
    )
    .argument('<run...>', 'Runs, folders of runs, bundles, or soak certificates')
    .option('--key <key>', 'Public key that must have signed: hexadecimal, or a PEM file')
    .addOption(jsonFlag)
    .addHelpText('after', examples('verify results', 'verify bundle.tar --key seller.pem'))
    .action(async (runs, flags) =>
      done(await (await import('../actions/verify.ts')).verify(runs, flagsFor<VerifyFlags>()(flags), io)),
    )

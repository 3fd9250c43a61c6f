import { Command, Option } from '@commander-js/extra-typings'
import type { BundleFlags } from '../actions/bundle.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { examples } from '../support/help.ts'

export const bundleCommand: DefineCommand = (io, done) =>
  new Command('bundle')
    .summary('Pack runs for a third party to verify')
    .description('Pack runs, reports, public key and a README into one archive that a third party can verify.')
    .argument('<run...>', 'Runs, or folders of runs')
    // the default, and once a flag
    .addOption(new Option('--redact').hideHelp())
    .option('--no-redact', 'Leave in names of hosts, users and other models, addresses, serial numbers and processes')
    .option('--out <file>', 'Archive to write', 'reports/out/bundle.tar')
    .addHelpText('after', examples('bundle results', 'bundle results --no-redact'))
    .action(async (runs, flags) =>
      done(await (await import('../actions/bundle.ts')).bundle(runs, flagsFor<BundleFlags>()(flags), io)),
    )

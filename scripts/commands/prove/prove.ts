import { Command, Option } from '@commander-js/extra-typings'
import { exitCodes } from '../../../harness/errors.ts'
import type { ProveFlags } from '../../prove/prove-flags.ts'
import { type DefineCommand, flagsFor } from '../../support/command.ts'
import { configFlag } from '../../support/config-flag.ts'
import { aboveZero } from '../../support/flag-values.ts'
import { examples, helpSection } from '../../support/help.ts'
import { jsonFlag, noProgressFlag, nvidiaSmiFlag } from '../../support/shared-flags.ts'

const codes = {
  [exitCodes.done]: 'all that could be measured is proved; the page says what could not',
  [exitCodes.negativeResult]: 'a claim is contradicted',
  [exitCodes.environmentFailed]: 'nothing could be measured',
}

export const proveCommand: DefineCommand = (io, done) =>
  new Command('prove')
    .summary('Prove on this card what joulemark claims of its measurements')
    .description(
      'Prove on this machine what joulemark claims: doctor, power sensor and energy counter, a text server at 1, 8 and 32 streams and in an open loop, a LoRA training, the records. Needs a card and Python with torch, transformers and peft; no network and no Docker. Ends with one signed bundle and a page of what was proved and what not.',
    )
    .option('--out <folder>', 'Folder for the proofs, one folder each', 'results/prove')
    .option('--quick', 'A rehearsal in about three minutes; its figures are rough')
    .option(
      '--minutes <n>',
      'Time for the whole; a step that does not fit is skipped, and the page says so',
      aboveZero,
      20,
    )
    .option('--python <path>', 'Python with torch, transformers and peft', 'python3')
    .addOption(nvidiaSmiFlag)
    .addOption(new Option('--simulate <card>', 'Rehearse on the simulator of this card; all results are SIMULATED'))
    .addOption(jsonFlag)
    .addOption(noProgressFlag)
    .addOption(configFlag())
    .addHelpText('after', helpSection('Exit codes:', codes))
    .addHelpText('after', examples('prove', 'prove --python ~/venv/bin/python', 'prove --simulate rtx-4090 --quick'))
    .action(async (flags) =>
      done(await (await import('../../actions/prove/prove.ts')).prove(flagsFor<ProveFlags>()(flags), io)),
    )

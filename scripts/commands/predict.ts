import { Command } from '@commander-js/extra-typings'
import type { PredictFlags } from '../actions/predict.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { aboveZero } from '../support/flag-values.ts'
import { examples } from '../support/help.ts'
import { jsonFlag } from '../support/shared-flags.ts'

export const predictCommand: DefineCommand = (io, done) =>
  new Command('predict')
    .description('Predict throughput and its physical upper bound for a scenario on a card')
    .argument('<scenario...>', 'Scenario or suite files, or names of bundled ones')
    .requiredOption('--card <list>', 'Cards to predict for, separated by commas')
    .option('--power-limit <watts>', 'Expectation at this power limit per GPU, instead of the default one', aboveZero)
    .addOption(jsonFlag)
    .addOption(configFlag())
    .addHelpText(
      'after',
      examples(
        'predict llama-3.1-8b-fp8-batch32 --card rtx-4090',
        'predict article --card rtx-4090,rtx-pro-6000-max-q --json',
        'predict article --card rtx-6000-pro --power-limit 300',
      ),
    )
    .action(async (scenarios, flags) =>
      done(await (await import('../actions/predict.ts')).predict(scenarios, flagsFor<PredictFlags>()(flags), io)),
    )

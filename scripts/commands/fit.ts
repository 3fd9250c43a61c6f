import { Command, Option } from '@commander-js/extra-typings'
import type { FitFlags } from '../actions/fit.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { commaList, positiveInt } from '../support/flag-values.ts'
import { examples } from '../support/help.ts'
import { deprecated } from '../support/io.ts'
import { jsonFlag } from '../support/shared-flags.ts'

export const fitCommand: DefineCommand = (io, done) =>
  new Command('fit')
    .description('Show which models fit on which cards (weights, KV cache, headroom)')
    .argument('[run...]', 'Runs whose servers reported their KV capacity, or folders of runs (default: results)')
    .option('--card <list>', 'Cards, separated by commas (default: rtx-4090,rtx-pro-6000-max-q)', commaList)
    .option(
      '--model <list>',
      'Only these models (keys, folders or repositories), with headroom and bytes (default: all, one line each)',
      commaList,
    )
    .option('--context <tokens>', 'Context of each sequence in tokens', positiveInt, 16_384)
    .option('--sessions <n>', 'Sequences at once', positiveInt, 1)
    .option('--fp8-kv', 'KV cache in FP8 instead of 16 bits')
    .addOption(jsonFlag)
    .addOption(new Option('--runs <folder>').hideHelp())
    .addOption(configFlag())
    .addHelpText(
      'after',
      examples(
        'fit',
        'fit --card rtx-4090,l40s --context 8192 --sessions 8',
        'fit --model gpt-oss-120b,./my-model --card h100-sxm',
      ),
    )
    .action(async (runs, { runs: folder, ...flags }) => {
      if (folder !== undefined) deprecated(io, 'fit --runs FOLDER', 'fit RUN...')
      const { showFit } = await import('../actions/fit.ts')
      const paths = folder === undefined ? runs : [...runs, folder]
      done(await showFit(paths, flagsFor<FitFlags>()(flags), io))
    })

import { Command } from '@commander-js/extra-typings'
import { type DefineCommand, flagsFor } from '../../support/command.ts'
import { configFlag } from '../../support/config-flag.ts'
import { commaList, positiveInt } from '../../support/flag-values.ts'
import { examples } from '../../support/help.ts'
import { jsonFlag } from '../../support/shared-flags.ts'

const about = 'A key of the catalogue, the folder of a model, or ORG/NAME of a repository on Hugging Face'

export const modelCommand: DefineCommand = (io, done) =>
  new Command('model')
    .summary('Describe any model, and keep it in your catalogue')
    .description(
      'Reads what a model is from its config.json and its weights: in a folder, in the cache of Hugging Face on this machine (HF_HOME, HF_HUB_CACHE), or on the hub (HF_TOKEN, HF_ENDPOINT).',
    )
    .helpCommand(false)
    .addCommand(
      new Command('describe')
        .description('Show weights, KV cache, active parameters, and the limits on cards')
        .argument('<model>', about)
        .option(
          '--card <list>',
          'Cards, separated by commas (default: rtx-4090,rtx-pro-6000-max-q,h100-sxm)',
          commaList,
        )
        .option('--context <tokens>', 'Context of each sequence in tokens', positiveInt, 16_384)
        .addOption(jsonFlag)
        .addOption(configFlag())
        .addHelpText('after', examples('model describe Qwen/Qwen3-30B-A3B', 'model describe ./my-model --json'))
        .action(async (name, flags) => {
          const { describe } = await import('../../actions/model.ts')
          done(await describe(name, flagsFor<Parameters<typeof describe>[1]>()(flags), io))
        }),
    )
    .addCommand(
      new Command('add')
        .description('Keep a model in your catalogue, so that scenarios can name it by its key')
        .argument('<model>', about)
        .option('--key <key>', 'Key in scenarios (default: the last part of the name)')
        .addHelpText('after', examples('model add ./my-model --key my-model', 'model add Qwen/Qwen3-30B-A3B'))
        .action(async (name, flags) => done(await (await import('../../actions/model.ts')).add(name, flags, io))),
    )
    .addCommand(
      new Command('list')
        .description('List the models of the catalogue and of your own')
        .addOption(jsonFlag)
        .addOption(configFlag())
        .addHelpText('after', examples('model list'))
        .action(async (flags) => done(await (await import('../../actions/model.ts')).list(flags, io))),
    )
    .addHelpText('after', examples('model describe openai/gpt-oss-20b', 'model add ./my-model', 'model list'))

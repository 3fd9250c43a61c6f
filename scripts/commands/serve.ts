import { Command } from '@commander-js/extra-typings'
import type { ServeFlags } from '../actions/serve.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { examples } from '../support/help.ts'
import { startTimeoutFlag, withContainerFlags } from '../support/serving/container-flags.ts'

export const serveCommand: DefineCommand = (io, done) =>
  withContainerFlags(
    new Command('serve')
      .summary('Start the server of a scenario in a container')
      .description(
        'Start the server of a scenario in a container and stop it at Ctrl-C: vLLM for text, embeddings and reranking, vLLM-Omni for images. With --print only show the command, also that of a training.',
      )
      .argument('<scenario>', 'Scenario file, or the name of a bundled one')
      .requiredOption('--card <key>', 'Card to serve on, by its key (joulemark card list)')
      .option('--print', 'Only print the command, with the settings that had to be corrected'),
  )
    .addOption(startTimeoutFlag)
    .addOption(configFlag())
    .addHelpText(
      'after',
      examples(
        'serve llama-3.1-8b-fp8-batch32 --card rtx-4090 --print',
        'serve llama-3.1-8b-fp8-batch32 --card rtx-4090 --port 8001',
        'serve sdxl-1024 --card rtx-4090',
        'serve qlora-llama-3.1-8b --card rtx-4090 --print',
      ),
    )
    .action(async (scenario, flags) =>
      done(await (await import('../actions/serve.ts')).serveUntilStopped(scenario, flagsFor<ServeFlags>()(flags), io)),
    )

import { Command, Option } from '@commander-js/extra-typings'
import { boxFaults } from '../../harness/simulator/box/faults.ts'
import { faults, lies, sensorFaults } from '../../harness/simulator/faults/names.ts'
import { imitatedEngines } from '../../harness/simulator/imitated/names.ts'
import type { SimulateFlags } from '../actions/simulate.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { portNumber, positiveInt, share, shareOrZero } from '../support/flag-values.ts'
import { examples, helpSection } from '../support/help.ts'

export const simulateCommand: DefineCommand = (io, done) =>
  new Command('simulate')
    .summary('Start the simulator: a vLLM-like server and its nvidia-smi')
    .description(
      'Start the simulator, a vLLM-like server with its own nvidia-smi, until Ctrl-C. All of its results are SIMULATED.',
    )
    .requiredOption('--card <key>', 'Card to simulate')
    .option(
      '--model <key>',
      'Model to simulate: a key of the catalogue or of yours, a folder, or ORG/NAME (required, but not with --gpus)',
    )
    .option(
      '--gpus <n>',
      'Simulate a whole server with this many cards: its nvidia-smi and a docker that starts a server per card',
      positiveInt,
    )
    .option('--box-fault <card=fault,…>', 'Faults of cards of that server, such as 0=weak,2=hot')
    .option(
      '--power-budget <watts>',
      'Power that all cards of that server may draw together (default: enough)',
      positiveInt,
    )
    .option('--port <n>', 'Port to listen on (default: any free port)', portNumber)
    .option('--seed <n>', 'Seed of the jitter (default: 1)', positiveInt)
    .option('--max-model-len <tokens>', 'Longest context of a request (default: 16384)', positiveInt)
    .addOption(
      new Option('--engine <name>', 'Engine whose surface is shown: its pages, counters, refusals and form of streams')
        .choices(['vllm', ...imitatedEngines])
        .default('vllm'),
    )
    .option('--enable-prompt-tokens-details', 'Report the cached prompt tokens of each answer, as vLLM with this flag')
    .option(
      '--bandwidth-share <share>',
      'Available share of the memory bandwidth; 95% is a driver that costs 5% (default: 100%)',
      share,
    )
    .option(
      '--clock-share <share>',
      'Share of the SM clock that the card reaches under load; 80% is a card that lost a fifth of its clock (default: 100%)',
      share,
    )
    .option('--fault <names>', 'Faults of the server, separated by commas')
    .addOption(
      new Option('--fault-share <share>', 'Share of streams with the fault (default: 25%)').argParser(shareOrZero),
    )
    .option('--lie <names>', 'Wrong reports of the server, separated by commas')
    .option('--draft-counters', 'Report draft-token counters with the lie silent-speculation')
    .option('--sensor-fault <names>', 'Faults of the card, separated by commas')
    .addOption(configFlag())
    .option('--smi-name <name>', 'Name that its nvidia-smi prints, to try a card that is not in the catalogue')
    .addHelpText('after', helpSection('Faults (--fault):', faults))
    .addHelpText('after', helpSection('Lies (--lie):', lies))
    .addHelpText('after', helpSection('Sensor faults (--sensor-fault):', sensorFaults))
    .addHelpText('after', helpSection('Faults of a card of a server (--box-fault):', boxFaults))
    .addHelpText(
      'after',
      examples(
        'simulate --card l40s --model llama-3.1-8b-instruct-fp8 --port 8000',
        'simulate --card l40s --model sdxl --port 8000',
        'simulate --card h100-sxm --model ./my-model',
        'simulate --card l40s --model tiny-random-llama --engine sglang',
        'simulate --card rtx-4090 --gpus 4 --box-fault 0=weak,2=hot',
      ),
    )
    .action(async (flags) =>
      done(await (await import('../actions/simulate.ts')).simulate(flagsFor<SimulateFlags>()(flags), io)),
    )

import { Command, Option } from '@commander-js/extra-typings'
import { askDefaults } from '../run/ask-defaults.ts'
import { type AskFlags, vllmWordsIn } from '../run/ask-flags.ts'
import type { RunFlags } from '../run/run-flags.ts'
import { vllmFlags } from '../run/vllm-flags.ts'
import { type DefineCommand, flagsFor } from '../support/command.ts'
import { configFlag } from '../support/config-flag.ts'
import { positiveInt } from '../support/flag-values.ts'
import { examples } from '../support/help.ts'
import {
  againstCodes,
  endpointFlag,
  failOnFlag,
  gpusFlag,
  jsonFlag,
  loadAnywayFlag,
  logFormatFlag,
  noGpuFlag,
  noProgressFlag,
  nvidiaSmiFlag,
  pushFlags,
  quickFlag,
  resultsFlag,
  runCardFlag,
  servedAsFlag,
  simulateFlag,
  skipCalibrationFlag,
  trialsFlag,
  unattendedFlag,
  wallFlag,
  workersFlag,
} from '../support/shared-flags.ts'

export const runCommand: DefineCommand = (io, done) => {
  const command = new Command('run')
    .summary('Measure scenarios, or a load given by flags, on a running server')
    .description(
      'Measure scenarios on a running server (or on the simulator) and write a record of each run. Without a scenario, the flags below say what to ask of the server.',
    )
    .argument('[scenario...]', 'Scenario or suite files, or names of bundled ones')
    .addOption(endpointFlag)
    .optionsGroup('Without a scenario:')
    .option('--model <name>', 'Catalogue key or served name (default: the model that the server serves)')
    .option('--concurrency <n>', `Requests kept in flight (default: ${askDefaults.concurrency})`)
    .option('--rate <n>', 'Requests per second instead, sent at random times (default: a number in flight)')
    .option('--sweep <list>', 'One run per value: 1,2,4,8 in flight, or rate=0.5,1,2 requests per second')
    .option(
      '--input-tokens <n>',
      `Length of prompts in tokens, or uniform:100-300 and the like (default: ${askDefaults.inputTokens})`,
    )
    .option('--output-tokens <n>', `Length of answers, likewise (default: ${askDefaults.outputTokens})`)
    .option('--prefix-cache <what>', 'What prompts share: cold, warm, shared:N or hits:60% (default: cold)')
    .option(
      '--dataset <file>',
      'Prompts of a file instead: JSONL, ShareGPT or the batch format of the OpenAI API (default: random tokens)',
    )
    .option('--stop-at-eos', 'The model ends its answers; --output-tokens is the most they have')
    .option('--duration <seconds>', 'Length of a trial in s (default: 60)')
    .option('--warmup <seconds>', 'Load before the first trial in s (default: 10)')
    .option('--api <name>', 'completions or chat (default: completions)')
    .option('--slo <limits>', 'Limits in ms for goodput, such as ttft=500,tpot=50,e2e=10000 (default: none)')
    .option('--burstiness <n>', 'With a rate: 1 is Poisson, smaller is burstier, gamma distribution (default: 1)')
    .option('--seed <n>', 'Seed of the prompts (default: 1)')
    .option('--save <file>', 'Keep the scenario in a file, to run it again')
    .optionsGroup('Options:')
    .addOption(servedAsFlag)
    .addOption(runCardFlag)
    .addOption(gpusFlag)
    .addOption(nvidiaSmiFlag)
    .addOption(noGpuFlag)
    .addOption(wallFlag)
    .addOption(resultsFlag)
    .addOption(pushFlags[0])
    .addOption(pushFlags[1])
    .addOption(trialsFlag)
    .addOption(workersFlag)
    .addOption(skipCalibrationFlag)
    .addOption(loadAnywayFlag)
    .option('--verbose', 'Show every metric and every gate with its evidence')
    .addOption(jsonFlag)
    .addOption(unattendedFlag)
    .addOption(noProgressFlag)
    .addOption(logFormatFlag)
    .option('--require-quotable', 'Exit code 1 if a result is not quotable')
    .addOption(simulateFlag)
    .addOption(quickFlag)
    .addOption(
      new Option('--against <what>', 'Then compare with the baselines in the --out folder').choices([
        'baseline',
      ] as const),
    )
    .addOption(failOnFlag())
    .option(
      '--starts <n>',
      'With --simulate: server starts for each scenario (default: 3 with --against, else 1)',
      positiveInt,
    )
    .addOption(new Option('--no-certificate').hideHelp())
    .addOption(configFlag())
    .addHelpText('after', againstCodes)
    .addHelpText(
      'after',
      examples(
        'run llama-3.1-8b-fp8-batch32 --endpoint http://127.0.0.1:8000',
        'run --endpoint http://box:8000 --concurrency 32 --input-tokens 512',
        'run --endpoint http://box:8000 --sweep 1,2,4,8,16 --save sweep.yaml',
        'run rag-8b-200-mau --endpoint http://box:8000 --against baseline',
        'run article --simulate rtx-4090,l40s --quick --out results/sim',
      ),
    )
    .addHelpText('after', vllmHelp)
  for (const { spec } of vllmFlags) command.addOption(new Option(spec).hideHelp())
  return command.action(async (scenarios, { skipCalibration, certificate, ...flags }) => {
    const calibrate = certificate && skipCalibration !== true
    const vllm = vllmWordsIn(command.opts())
    const { run } = await import('../actions/run.ts')
    done(await run(scenarios, { ...flagsFor<RunFlags & Omit<AskFlags, 'vllm'>>()({ ...flags, calibrate }), vllm }, io))
  })
}

/** Which flags of `vllm bench serve` state something here: the page has them all. */
const vllmHelp = `
Flags of vllm bench serve are understood, such as --max-concurrency,
--request-rate, --random-input-len, --random-output-len, --num-prompts and
--goodput: docs/vllm-bench-serve.md.`

import { readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Place } from './place.ts'
import { addQuotable, copyExamples, ofOneServer, writeRuns } from './records.ts'
import type { CommandRule, PagePlan } from './rules.ts'
import { addShort } from './short-scenario.ts'

/** The pages whose commands measure a server: here the simulator, with trials of seconds. */
const server = '--card rtx-4090 --model llama-3.1-8b-instruct-fp8'
const URL = /http:\/\/(?:127\.0\.0\.1|gpu1):8000/g
/** Of a command that judges or measures on whatever machine this is: any verdict will do, but there must be one. */
const ANY_VERDICT = [0, 1, 3, 4, 5]
/** A baseline requires two trials. */
const TWICE = '--trials 2 --skip-calibration'
const SECONDS = '--trials 1 --skip-calibration'

/** A run of a bundled scenario: of its short copy, by the same name. */
const shortRun = (name: string, more = SECONDS): CommandRule => ({
  command: new RegExp(` run ${name} --endpoint `),
  instead: [
    [new RegExp(`(?<= run )${name}(?= )`), `${name}.yaml`],
    [URL, '{url}'],
  ],
  more,
  says: /SIMULATED/,
})

const ask: CommandRule = {
  command: / run --endpoint (?!.*--num-prompts)/,
  instead: [[URL, '{url}']],
  // the last --output-tokens counts
  more: `${SECONDS} --warmup 1 --duration 3 --output-tokens 32 --out asked`,
  says: /SIMULATED/,
}
const judgedRun: CommandRule = {
  ...shortRun('provisioning', TWICE),
  command: / run provisioning .*--against baseline/,
  codes: ANY_VERDICT,
  says: /Verdict: /,
}
const sweep: CommandRule = {
  command: / sweep \S+ --endpoint /,
  instead: [
    [/(?<= sweep )(llama-3\.1-8b-fp8-chat-lengths)(?= )/, '$1.yaml'],
    [URL, '{url}'],
  ],
  // the last --concurrency counts: two loads instead of nine
  more: `${SECONDS} --concurrency 1,4`,
  says: /SIMULATED/,
}
const tune: CommandRule = {
  command: / tune \S+ --endpoint .*--power-limits /,
  instead: [
    [/(?<= tune )(llama-3\.1-8b-fp8-batch32)(?= )/, '$1.yaml'],
    [URL, '{url}'],
  ],
  // the last --power-limits counts: two points, once
  more: `${SECONDS} --power-limits 300,450 --concurrency 8 --blocks 1`,
  codes: ANY_VERDICT,
  says: /the cards are as they were found/,
}
const tuneClocks: CommandRule = {
  ...tune,
  command: / tune \S+ --endpoint .*--clocks /,
  more: `${SECONDS} --clocks 1500,2100 --blocks 1`,
}

/** `results/RUN`: a record that can be quoted. */
const run: readonly [RegExp, string] = [/results\/RUN\b/g, '{run}']

const simulate = (more: string): CommandRule => ({ command: / simulate /, more, until: /nvidia-smi {2}\S/ })

/** What `box` leaves in the nights before and after an upgrade. */
function addNights({ folder }: Place): void {
  const results = join(folder, 'results')
  writeRuns(results, ofOneServer('baseline'))
  writeRuns(join(results, 'before'), ofOneServer('baseline'))
  writeRuns(join(results, 'after'), ofOneServer('candidate'))
}

export const measuringPages: Readonly<Record<string, PagePlan>> = {
  'README.md': {
    server,
    prepare: async (place) => {
      for (const name of ['llama-3.1-8b-fp8-batch32', 'llama-3.1-8b-fp8-chat-lengths', 'provisioning'])
        await addShort(place, name)
      place.names['run'] = await addQuotable(place, 'test-record')
    },
    rules: [
      { command: / doctor --serving/, codes: [0, 1, 3], says: /\bsigning-key\b/ },
      { command: / doctor --endpoint/, instead: [[URL, '{url}']], codes: [0, 1, 3], says: /\bengine\b/ },
      judgedRun,
      shortRun('llama-3.1-8b-fp8-batch32', `${SECONDS} --out asked`),
      shortRun('provisioning', TWICE),
      ask,
      // a short run on a busy machine may fail a required gate: the reader has one that does not
      {
        command: / baseline set results/,
        before: async (place) => void (await addQuotable(place, 'results')),
        leaves: ['results/baselines.json'],
      },
      { command: / verify results\/RUN/, instead: [run] },
      { command: / quote .*--write-inputs/, instead: [run], leaves: ['inputs.yaml'] },
      { command: / quote .*--customer/, instead: [run], more: '--no-pdf' },
      { command: / bundle /, instead: [run] },
      { command: / report results /, leaves: ['reports/out/report.html'] },
      { command: / (?:list|fit|predict|serve)\b/, throughNpm: true },
      sweep,
      tune,
      simulate('--port 0'),
      {
        command: / report results\/simulated/,
        before: ({ folder }) => copyExamples('*', join(folder, 'results', 'simulated')),
        says: /SIMULATED/,
      },
    ],
  },
  'docs/run.md': {
    server,
    prepare: async (place) => {
      for (const name of ['llama-3.1-8b-fp8-batch32', 'provisioning']) await addShort(place, name)
      addNights(place)
    },
    rules: [
      judgedRun,
      shortRun('llama-3.1-8b-fp8-batch32', `${SECONDS} --out asked`),
      // another server than that of the nights
      {
        ...shortRun('provisioning', TWICE),
        before: ({ folder }) => rmSync(join(folder, 'results'), { recursive: true }),
      },
      ask,
      {
        command: /--num-prompts/,
        instead: [[URL, '{url}']],
        more: `${SECONDS} --warmup 1 --random-output-len 32 --out asked`,
        says: /SIMULATED/,
      },
      { command: / baseline set results/, before: addNights, leaves: ['results/baselines.json'] },
      { command: / compare results results\/after/, says: /Verdict: / },
      { command: / compare results\/before /, before: addNights, says: /Verdict: / },
    ],
  },
  'docs/size.md': {
    server,
    prepare: (place) => addShort(place, 'llama-3.1-8b-fp8-chat-lengths', 'chat'),
    rules: [sweep, { command: / --save acme\.yaml/, leaves: ['acme.yaml'] }],
  },
  'docs/capacity.md': { server, prepare: (place) => addShort(place, 'llama-3.1-8b-fp8-chat-lengths'), rules: [sweep] },
  'docs/cache-and-agents.md': {
    server: `${server} --max-model-len 73728`,
    prepare: (place) => addShort(place, 'coding-agent-40k'),
    rules: [shortRun('coding-agent-40k')],
  },
  'scenarios/README.md': {
    server,
    prepare: (place) => addShort(place, 'provisioning'),
    rules: [shortRun('provisioning')],
  },
  'docs/vllm-bench-serve.md': {
    server,
    rules: [
      {
        command: /--base-url/,
        instead: [[URL, '{url}']],
        more: `${SECONDS} --warmup 1 --num-prompts 16 --random-output-len 16`,
        says: /SIMULATED/,
      },
    ],
  },
  'docs/tune.md': {
    server,
    prepare: async (place) => {
      await addShort(place, 'llama-3.1-8b-fp8-batch32')
      await addShort(place, 'llama-3.1-8b-fp8-batch32', 'chat')
    },
    rules: [
      tune,
      tuneClocks,
      {
        command: / report results\/tune-/,
        instead: [[/results\/tune-\S+/, '{tuning}']],
        before: ({ folder, names }) => {
          names['tuning'] = `results/${readdirSync(join(folder, 'results')).find((name) => name.startsWith('tune-'))}`
        },
      },
    ],
  },
}

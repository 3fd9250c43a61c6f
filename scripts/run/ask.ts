import { readFile, writeFile } from 'node:fs/promises'
import { readSecret } from '../../harness/endpoint/access/secret.ts'
import { type Address, parseAddress } from '../../harness/endpoint/address.ts'
import { JoulemarkError, messageOf } from '../../harness/errors.ts'
import { cardTime, formatCardTime } from '../../harness/plan/card-time.ts'
import { type KnownNames, scenarioOfFlags } from '../../harness/scenario/load-file.ts'
import type { ScenarioFile } from '../../harness/scenario/schema.ts'
import type { CommandIo } from '../support/io.ts'
import { addConfiguredModels, scenarioNames } from '../support/models/scenario-models.ts'
import { brokenAtWords } from '../support/view.ts'
import { type AskFlags, askedBy, askingFlag } from './ask-flags.ts'
import { type Asked, checkAsked } from './asked.ts'
import { countedTrial } from './prompt-count.ts'
import { checkDoors, checkFlags, type RunFlags } from './run-flags.ts'
import { runOptions } from './run-options.ts'
import { type Counted, type MadeScenario, scenarioText } from './scenario-text.ts'
import { askedModel } from './served-model.ts'
import { useBefore } from './use-before.ts'
import { understood } from './vllm-words.ts'

const never = new AbortController().signal

/** What is run in answer to a question without a file. */
export interface Answer {
  readonly files: readonly ScenarioFile[]
  /** The flags of the run, with what was said in the words of other tools. */
  readonly flags: RunFlags
}

/**
 * The scenario that the flags ask for, read by the reader of scenario files, shown on stderr and kept where `--save` says.
 * Asks the server for its model where none is named, and loads it for a moment where `--num-prompts` has to become a time.
 * Throws `bad-input`, one line that names the flag.
 */
export async function ask(given: RunFlags & AskFlags, io: CommandIo): Promise<Answer> {
  const say = (line: string) => io.stderr.write(`${brokenAtWords(io.stderr, line)}\n`)
  const words = given.vllm ?? new Map<string, string>()
  const { asked, notes, quiet } = understood(words, withAddress(askedBy(given), given))
  const flags = flagsOf(given, asked, quiet)
  if (flags.endpoint === undefined && flags.simulate === undefined) throw nothingAsked(given)
  checkFlags(flags)
  checkAsked(asked)
  const server = flags.endpoint === undefined ? null : serverOf(parseAddress(flags.endpoint), io)
  const known = await scenarioNames(io, 'ask-server')
  // a key of joulemark.yaml is known before the server is asked what it serves
  if (asked.model !== undefined) await addConfiguredModels(io, [asked.model.text])
  const model = await askedModel(asked, server)
  const first = await read(scenarioText(asked, model), known)
  checkDoors([first], flags)
  for (const note of notes) say(note)
  const counted = await count(asked, first, flags, io)
  const made = scenarioText(asked, model, counted)
  const file = counted === null ? first : await read(made, known)
  if (words.size > 0) sayDifferences(file, say)
  say(
    `scenario${given.save === undefined ? ' (--save FILE keeps it)' : ''}, ${formatCardTime(cardTime(file))} of card time:`,
  )
  say(made.text.trimEnd().replaceAll(/^/gm, '  '))
  if (given.save !== undefined) await save(given.save, made.text)
  return { files: [file], flags }
}

const read = ({ text, flagOf }: MadeScenario, known: KnownNames): Promise<ScenarioFile> =>
  scenarioOfFlags(text, flagOf, known)

const serverOf = (address: Address, { env }: CommandIo) => ({ address, apiKey: readSecret(env, 'OPENAI_API_KEY') })

/** The fields with those that are flags of every run: the address, and the name that is served. */
function withAddress(asked: Asked, { endpoint, servedAs }: RunFlags): Asked {
  return {
    ...asked,
    ...(endpoint === undefined ? {} : { endpoint: { flag: '--endpoint', text: endpoint } }),
    ...(servedAs === undefined ? {} : { servedAs: { flag: '--served-as', text: servedAs } }),
  }
}

function flagsOf(given: RunFlags, { endpoint, servedAs }: Asked, quiet: boolean): RunFlags {
  const { endpoint: _, servedAs: __, ...others } = given
  return {
    ...others,
    ...(endpoint === undefined ? {} : { endpoint: endpoint.text }),
    ...(servedAs === undefined ? {} : { servedAs: servedAs.text }),
    progress: given.progress && !quiet,
  }
}

function nothingAsked(given: AskFlags): JoulemarkError {
  const flag = askingFlag(given)
  return new JoulemarkError(
    'bad-input',
    flag === null
      ? 'expected a scenario, such as llama-3.1-8b-fp8-batch32, or --endpoint URL to measure what a server serves'
      : `${flag}: requires a server: --endpoint URL, such as http://127.0.0.1:8000`,
  )
}

/** The length of a trial that has the number of prompts that was asked for; null where none was. Throws `bad-input`. */
async function count(asked: Asked, file: ScenarioFile, flags: RunFlags, io: CommandIo): Promise<Counted | null> {
  const { prompts } = asked
  if (prompts === undefined) return null
  const wanted = Number(prompts.text)
  if (!Number.isSafeInteger(wanted) || wanted < 1) {
    throw new JoulemarkError('bad-input', `${prompts.flag} ${prompts.text}: expected a whole number of at least 1`)
  }
  if (flags.endpoint === undefined && asked.rate === undefined) {
    throw new JoulemarkError(
      'bad-input',
      `${prompts.flag}: no server is there yet to time a request on; give --duration`,
    )
  }
  if (file.kind === 'text' && file.load.shape === 'closed') await useBefore([file], flags, io)
  const { progress, ...options } = runOptions(flags, io, { drain: never, abort: never })
  return countedTrial(wanted, file, { ...options, signal: never, note: progress.note }, (line) =>
    io.stderr.write(`${brokenAtWords(io.stderr, line)}\n`),
  )
}

/** What someone who knows `vllm bench serve` has to know of a run here, in four lines. */
function sayDifferences({ trial, certainty }: ScenarioFile, say: (line: string) => void): void {
  const { minTrials, maxTrials, target } = certainty
  say('understood as flags of vllm bench serve. What differs:')
  say(
    `  trials of ${trial.seconds} s, ${minTrials} to ${maxTrials} of them, until the 95 % interval is within ±${Number((target * 100).toFixed(2))} %, instead of one pass`,
  )
  say(
    `  ${trial.warmupSeconds} s of the same load come first and are not counted; every prompt is new to the prefix cache`,
  )
  say('  results are of the steady window of each trial; report --format vllm prints those of the whole trials')
}

/** Writes the scenario. A file that says something else is not replaced: throws `bad-input`. */
async function save(path: string, text: string): Promise<void> {
  try {
    await writeFile(path, text, { flag: 'wx' })
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EEXIST')
      throw new JoulemarkError('bad-input', `--save ${path}: cannot be written: ${messageOf(error)}`)
    const before = await readFile(path, 'utf8').catch(() => null)
    if (before !== text) {
      throw new JoulemarkError('bad-input', `--save ${path}: exists and says something else; give another name`)
    }
  }
}

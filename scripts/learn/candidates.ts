import type { CommandUnknownOpts, Option } from '@commander-js/extra-typings'

/** One way to complete what is being typed. */
export interface Candidate {
  readonly value: string
  readonly description: string
}

/** What may be typed where a flag or an argument wants one of these. */
export interface KnownValues {
  readonly cards: readonly string[]
  readonly models: readonly string[]
  readonly scenarios: readonly string[]
  readonly explained: readonly string[]
}

/**
 * How the last of some words can be completed: commands, flags and known values that begin with it. Empty where only a file
 * or free text fits. The words are those after `joulemark`; the last one may be empty.
 */
export function candidates(program: CommandUnknownOpts, words: readonly string[], known: KnownValues): Candidate[] {
  const last = words.at(-1) ?? ''
  const before = words.slice(0, -1)
  const { command, path } = commandOf(program, before)
  const flag = optionOf(command, before.at(-1) ?? '')
  if (flag?.required) return listed(valuesOfFlag(flag, known), last)
  const assigned = /^(--[^=]+)=(.*)$/.exec(last)
  if (assigned) {
    const [, name = '', typed = ''] = assigned
    const option = optionOf(command, name)
    const values = option === undefined ? [] : listed(valuesOfFlag(option, known), typed)
    return values.map((each) => ({ ...each, value: `${name}=${each.value}` }))
  }
  const flags = command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, description }) => (long ? [{ value: long, description }] : []))
  const commands = command
    .createHelp()
    .visibleCommands(command)
    .map((each) => ({ value: each.name(), description: each.summary() || each.description() }))
  const values = valuesOfArgument(command, path, known)
  return (last.startsWith('-') ? flags : [...commands, ...values]).filter(({ value }) => value.startsWith(last))
}

/** The innermost command that the words name, and its names. */
function commandOf(
  program: CommandUnknownOpts,
  words: readonly string[],
): { command: CommandUnknownOpts; path: string } {
  let command = program
  const path: string[] = []
  for (const [at, word] of words.entries()) {
    const next = command.commands.find((each) => each.name() === word)
    // the value of a flag is no command
    if (next === undefined || optionOf(command, words[at - 1] ?? '')?.required) continue
    command = next
    path.push(word)
  }
  return { command, path: path.join(' ') }
}

const optionOf = (command: CommandUnknownOpts, word: string): Option | undefined =>
  command.options.find(({ long, short }) => word !== '' && (long === word || short === word))

const scenarioCommands = ['run', 'sweep', 'tune', 'predict', 'serve', 'size']

function valuesOfFlag({ long, argChoices }: Option, { cards, models }: KnownValues): readonly string[] {
  if (argChoices !== undefined) return argChoices
  if (long === '--card' || long === '--cards' || long === '--simulate') return cards
  return long === '--model' ? models : []
}

function valuesOfArgument(command: CommandUnknownOpts, path: string, known: KnownValues): readonly Candidate[] {
  const plain = (values: readonly string[]) => values.map((value) => ({ value, description: '' }))
  const choices = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? [])
  if (choices.length > 0) return plain(choices)
  if (scenarioCommands.includes(path)) return plain(known.scenarios)
  if (path === 'explain') return plain(known.explained)
  if (path === 'card describe') return plain(known.cards)
  return path === 'model describe' ? plain(known.models) : []
}

/** Values that begin with what was typed; of a list with commas, its last member is completed. */
function listed(values: readonly string[], typed: string): Candidate[] {
  const comma = typed.lastIndexOf(',') + 1
  const [head, begun] = [typed.slice(0, comma), typed.slice(comma)]
  return values
    .filter((value) => value.startsWith(begun))
    .map((value) => ({ value: `${head}${value}`, description: '' }))
}

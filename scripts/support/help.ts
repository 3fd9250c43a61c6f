import { type CommandUnknownOpts, Help, type HelpConfiguration, type Option } from '@commander-js/extra-typings'

/** Help text wraps at the width of the terminal if at least this many columns remain. */
const MIN_WRAP_COLUMNS = 24

/** The help format of every command. */
export const helpStyle: HelpConfiguration = {
  minWidthToWrap: MIN_WRAP_COLUMNS,
  // arguments are shown by the command's own help; here they would leave no room for its description
  subcommandTerm: (command) => command.name(),
  optionDescription: describe,
  argumentDescription: describe,
}

/** The description of a flag or argument, with its choices, and its default or that it is required, in one bracket. */
function describe({
  description,
  argChoices,
  defaultValue,
  defaultValueDescription,
  mandatory = false,
}: Described): string {
  const facts = [
    ...(mandatory && defaultValue === undefined ? ['required'] : []),
    ...(argChoices ? [`choices: ${argChoices.join(', ')}`] : []),
    ...(defaultValue === undefined ? [] : [`default: ${defaultValueDescription ?? String(defaultValue)}`]),
  ]
  return facts.length === 0 ? description : `${description} (${facts.join('; ')})`
}

type Described = Pick<Option, 'description' | 'argChoices' | 'defaultValue' | 'defaultValueDescription'> &
  Partial<Pick<Option, 'mandatory'>>

/** The examples below a command's help, complete command lines. */
export const examples = (...lines: readonly [string, ...string[]]): string =>
  `\nExamples:\n${lines.map((line) => `  joulemark ${line}`).join('\n')}`

/** Terms and what they mean, as a section below a command's help, wrapped as the flags are. */
export function helpSection(title: string, terms: Readonly<Record<string, string>>) {
  return ({ command }: { readonly command: CommandUnknownOpts }): string => {
    const help = Object.assign(new Help(), { minWidthToWrap: MIN_WRAP_COLUMNS })
    const helpWidth = command.configureOutput().getOutHelpWidth?.() ?? 80
    help.prepareContext({ helpWidth })
    const width = Math.max(...Object.keys(terms).map((term) => term.length))
    const lines = Object.entries(terms).map(([term, text]) => help.formatItem(term, width, text, help))
    return `\n${title}\n${lines.join('\n')}`
  }
}

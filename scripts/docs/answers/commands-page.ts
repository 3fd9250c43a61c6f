import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import { toolVersion } from '../../../harness/version.ts'
import { buildProgram } from '../../program.ts'
import type { CommandIo } from '../../support/io.ts'

/** Width of the help texts: that of a terminal of 80 columns, indented by the man page. */
const COLUMNS = 78

/** One command with its help, as a terminal shows it. */
interface CommandHelp {
  readonly line: string
  readonly summary: string
  readonly help: string
}

const silent: CommandIo = {
  stdout: () => {},
  stderr: { isTTY: false, color: false, write: () => {} },
  env: {},
  columns: null,
  color: false,
}

/** Every command that a person types, with its subcommands, in the order of the help. */
function commandHelps(): CommandHelp[] {
  const program = buildProgram(toolVersion, silent, () => {})
  const all = (command: CommandUnknownOpts, names: readonly string[]): CommandHelp[] => {
    command.configureOutput({ getOutHelpWidth: () => COLUMNS, getOutHasColors: () => false })
    const below = command
      .createHelp()
      .visibleCommands(command)
      .filter((each) => each.name() !== 'help')
    const own = { line: names.join(' '), summary: command.summary() || command.description(), help: helpOf(command) }
    return [own, ...below.flatMap((each) => all(each, [...names, each.name()]))]
  }
  return all(program, ['joulemark'])
}

/** The whole help: also what is added after it, which only writing it gives. */
function helpOf(command: CommandUnknownOpts): string {
  let text = ''
  command.configureOutput({
    writeOut: (piece) => {
      text += piece
    },
  })
  command.outputHelp()
  return text.trimEnd()
}

/** docs/commands.md, whole: every command with its help. */
export function commandsPage(): string {
  const helps = commandHelps()
  const contents = helps.slice(1).map(({ line, summary }) => {
    const depth = line.split(' ').length - 2
    return `${'  '.repeat(depth)}- [\`${line}\`](#${line.replaceAll(' ', '-')}): ${summary.replace(/\.$/, '')}`
  })
  const sections = helps.map(({ line, help }) => `## ${line}\n\n\`\`\`text\n${help}\n\`\`\``)
  return `${[intro, contents.join('\n'), ...sections].join('\n\n')}\n`
}

const intro = `# Commands

<!-- Written by npm run docs from scripts/commands; edit the commands, not this page. -->

The help of every command, as \`joulemark COMMAND --help\` prints it. In a checkout, \`npm run bench --\` stands for \`joulemark\`. The
same text is the manual page [joulemark.1](man/joulemark.1), and \`joulemark completion\` completes commands and flags in the shell.`

/** docs/man/joulemark.1, whole: the same in the format of `man`. */
export function manPage(): string {
  const [program, ...commands] = commandHelps() as [CommandHelp, ...CommandHelp[]]
  const sections = commands.map(({ line, help }) => `.SH ${roff(line.toUpperCase())}\n${verbatim(help)}`)
  return [
    `.TH JOULEMARK 1 "" "joulemark ${toolVersion}" "User Commands"`,
    '.SH NAME',
    'joulemark \\- live GPU benchmark harness for vLLM',
    '.SH DESCRIPTION',
    verbatim(program.help),
    ...sections,
    '',
  ].join('\n')
}

const verbatim = (text: string): string => `.nf\n${text.split('\n').map(roff).join('\n')}\n.fi`

/** A line of text that `man` prints as it is: no escape, no request, and hyphens that can be copied. */
const roff = (line: string): string =>
  line
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^(?=[.'])/, '\\&')

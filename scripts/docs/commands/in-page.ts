import { commandsIn } from '../../../harness/testing/page-blocks.ts'

/** A block of commands: that of a shell, and no other. */
const BLOCK = /^```sh\n([\s\S]*?)^```$/gm
/** Parts of a page that are written from the code. */
const GENERATED = /<!-- generated: [\s\S]*?<!-- end -->/g

/** The commands of a page, in its order. */
export const commandsOf = (page: string): string[] =>
  [...page.replaceAll(GENERATED, '').matchAll(BLOCK)].flatMap(([, lines = '']) => commandsIn(lines))

/** A line that someone would type, in a block that does not say that it is one of a shell. */
const TYPED = /^(?:\$ )?(?:\w+=\S+ )*(?:npm|npx|(?:\.\/\S*\/bin\/)?joulemark|docker|curl|sudo|tar|python3|kubectl)\s/

/** Commands in blocks of no language, which would be run by nothing: their block lacks `sh`. */
export const unmarkedCommands = (page: string): string[] =>
  [...page.matchAll(/^```(\w*)\n([\s\S]*?)^```$/gm)].flatMap(([, language, lines = '']) =>
    language === '' ? lines.split('\n').filter((line) => TYPED.test(line)) : [],
  )

/** A command as words, without the quotes of the shell. */
const wordsOf = (command: string): string[] =>
  [...command.matchAll(/(?:[^\s"']|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ''))

/** joulemark, as the pages call it: through npm in a checkout, or as the program of an installation. */
const CALL = /^(?:\w+=\S+ )*(?:npm run (?:--silent )?bench -- |(?:\.\/\S*\/bin\/)?joulemark )(.*)$/

/** The words that a command gives to joulemark, up to a pipe or a redirection; null for a command of another program. */
export function joulemarkWords(command: string): string[] | null {
  const [, words] = CALL.exec(command) ?? []
  return words === undefined ? null : wordsOf(words.split(/\s(?:\||&&|;|>|2>)\s?/)[0] ?? '')
}

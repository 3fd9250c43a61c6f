import { shellWord } from '../plain-text.ts'

/** The words of a command as one line for a POSIX shell: every engine quotes with it, and nothing is quoted otherwise. */
export const commandLine = (argv: readonly string[]): string => argv.map(wholeWord).join(' ')

/** Unlike a line that is pasted, no home folder is meant by `~/`: words of a file are passed as they are. */
const wholeWord = (word: string): string =>
  word.startsWith('~') ? `'${word.replaceAll("'", `'\\''`)}'` : shellWord(word)

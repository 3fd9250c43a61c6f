import { plainText } from '../../harness/plain-text.ts'

/** Writes lines that quote text from outside: names of cards and folders, what servers, drivers and gates answered. */
export const plainLines =
  (write: (text: string) => void) =>
  (line: string): void =>
    write(`${plainText(line)}\n`)

import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import type { CommandIo } from './io.ts'

/** Receives the exit code of a command. */
export type Done = (exitCode: number) => void

/** Declares a command; each file of `scripts/commands/` exports one. */
export type DefineCommand = (io: CommandIo, done: Done) => CommandUnknownOpts

/**
 * The flags of a command as its action reads them. Reading an undeclared flag does not compile: extra-typings refuses it
 * in the action, and this type refuses it where the called code declares it as optional.
 */
export const flagsFor =
  <Reads>() =>
  <Options extends Reads>(
    options: Options & (Exclude<keyof Reads, keyof Options> extends never ? unknown : Undeclared<Reads, Options>),
  ): Reads =>
    options

/** Names, in the compiler's message, the flags that no option declares. */
interface Undeclared<Reads, Options> {
  readonly noOptionDeclares: Exclude<keyof Reads, keyof Options>
}

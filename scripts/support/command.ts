import type { CommandUnknownOpts } from '@commander-js/extra-typings'
import type { CommandIo } from './io.ts'

/** Takes the exit code of a command. */
export type Done = (exitCode: number) => void

/** A command as it is declared: a file of `scripts/commands/` exports one. */
export type DefineCommand = (io: CommandIo, done: Done) => CommandUnknownOpts

/**
 * The flags of a command as the code behind it reads them. An action that reads a flag which no option declares does
 * not compile: extra-typings refuses it in the action itself, this where the code behind takes an optional one.
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

import type { Place } from './place.ts'

/** How a command of a page is run in its test, and how it must end. Without a rule it runs as it stands and ends with 0. */
export interface CommandRule {
  readonly command: RegExp
  /** Words that stand for something of the reader's, and what stands for it here; `{url}` and the like are of the place. */
  readonly instead?: readonly (readonly [RegExp, string])[]
  /** Flags that keep it short, or inside the folder. */
  readonly more?: string
  /** Puts into the folder what the page tells its reader to have by then. */
  readonly before?: (place: Place) => void | Promise<void>
  /** Exit codes that are right; 0 unless given. */
  readonly codes?: readonly number[]
  /** What the page promises that it prints. */
  readonly says?: RegExp
  /** Files that the page promises, from the folder. */
  readonly leaves?: readonly string[]
  /** It serves until it is stopped, which it is when this has been printed. */
  readonly until?: RegExp
  /** It is called through npm, as it stands, and not as the program of a package. */
  readonly throughNpm?: boolean
}

/** What one page needs so that its commands can run. */
export interface PagePlan {
  /** Puts into the folder what the reader of the page has. */
  readonly prepare?: (place: Place) => void | Promise<void>
  /** Flags of the simulator that answers where the page has the reader's server. */
  readonly server?: string
  readonly rules?: readonly CommandRule[]
}

/** The first rule of these for a command. */
export const ruleOf = (command: string, rules: readonly CommandRule[]): CommandRule | null =>
  rules.find((rule) => rule.command.test(command)) ?? null

/** A command as it is run here: with what stands for the reader's things, and with flags that keep it short. Pure. */
export function typedHere(
  command: string,
  rule: CommandRule | null,
  places: Readonly<Record<string, string>> = {},
): string {
  const replaced = (rule?.instead ?? []).reduce((text, [from, to]) => text.replace(from, to), command)
  const whole = `${replaced}${rule?.more === undefined ? '' : ` ${rule.more}`}`
  const filled = Object.entries(places).reduce((text, [name, value]) => text.replaceAll(`{${name}}`, value), whole)
  return rule?.throughNpm ? filled : filled.replace(/^npm run (?:--silent )?bench --/, 'joulemark')
}

import { plainText } from '../../plain-text.ts'

/** How one call that sets a card ended: nvidia-smi and sudo print their errors on either stream. */
export interface SettingAnswer {
  /** Null for a call that a signal or a timeout ended. */
  readonly returnCode: number | null
  readonly text: string
}

export type RefusalKind = 'no-permission' | 'out-of-range' | 'unsupported' | 'failed'

export type SettingOutcome =
  /** `lockedMHz`: the clock that nvidia-smi says it locked; null where it does not say. */
  { readonly kind: 'set'; readonly lockedMHz: number | null } | { readonly kind: RefusalKind; readonly said: string }

/**
 * Texts of nvidia-smi 418 to 610 and of sudo, from public terminal sessions. A card that does not support a setting answers
 * "Treating as warning and moving on." and return code 0, so the text is read before the code.
 */
const refusals: readonly (readonly [RegExp, RefusalKind])[] = [
  [/is not supported|Not Supported/, 'unsupported'],
  [/Insufficient Permissions|does not have permission to change/i, 'no-permission'],
  [/^sudo: |is not in the sudoers file|is not allowed to execute/im, 'no-permission'],
  [/is not a valid power limit|is not a valid|out of range/i, 'out-of-range'],
]
/** Return codes of the man page of nvidia-smi, for answers without a known text. */
const byCode: Readonly<Record<number, RefusalKind>> = { 2: 'out-of-range', 3: 'unsupported', 4: 'no-permission' }

/** What an answer to `-pl`, `-lgc` or `-rgc` means. Success is what it says; what the card enforces is read back. */
export function outcomeOf({ returnCode, text }: SettingAnswer): SettingOutcome {
  const known = refusals.find(([pattern]) => pattern.test(text))
  if (known) return { kind: known[1], said: saidIn(text, known[0]) }
  if (returnCode === 0) return { kind: 'set', lockedMHz: lockedIn(text) }
  const said = saidIn(text, /\S/)
  return {
    kind: byCode[returnCode ?? -1] ?? 'failed',
    said: returnCode === null ? said || 'no answer in time' : said || `return code ${returnCode}`,
  }
}

/** `GPU clocks set to "(gpuClkMin 1500, gpuClkMax 1500)" for GPU 00000000:01:00.0` */
function lockedIn(text: string): number | null {
  const match = /gpuClkMin (\d{1,5}), gpuClkMax (\d{1,5})/.exec(text)
  return match ? Number(match[2]) : null
}

/** The line that matters, without what a terminal would act on. */
function saidIn(text: string, pattern: RegExp): string {
  const line = text.split(/\r?\n/).find((each) => pattern.test(each)) ?? text
  return plainText(line.trim()).slice(0, 200)
}

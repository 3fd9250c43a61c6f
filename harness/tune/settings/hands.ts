import { execFile } from 'node:child_process'
import { runNvidiaSmi, smiEnvironment } from '../../telemetry/smi/exec.ts'
import type { SettingAnswer } from './answer.ts'
import { type CardState, readCards } from './cards.ts'
import { type SettingCall, type Typist, typedLine } from './typed.ts'

/** What touches the cards; replaced in tests. */
export interface CardHands {
  /** The cards now. Throws `environment`. */
  readonly read: (uuids: readonly string[]) => Promise<readonly CardState[]>
  /** Types one call and waits for its end. Never rejects. */
  readonly type: (call: SettingCall) => Promise<SettingAnswer>
  /** A call as it is typed. */
  readonly line: (call: SettingCall) => string
  readonly wait: (ms: number) => Promise<void>
}

/** nvidia-smi prints limits with two decimals, and a driver may round to whole watts. */
const LIMIT_TOLERANCE_W = 0.5
/** Whether two limits are the same one. */
export const limitIs = (one: number, other: number): boolean => Math.abs(one - other) <= LIMIT_TOLERANCE_W

const POLL_MS = 100
/** A new limit is enforced within a second; a card that wakes up takes longer. */
const POLLS = 100

/** Reads cards until each of them is as wanted; false if they are not after ten seconds. */
export async function untilEnforced(
  hands: CardHands,
  uuids: readonly string[],
  isWanted: (card: CardState) => boolean,
): Promise<boolean> {
  for (let poll = 0; poll < POLLS; poll += 1) {
    if ((await hands.read(uuids)).every(isWanted)) return true
    await hands.wait(POLL_MS)
  }
  return false
}

/** A driver that hangs would hold the watchdog for ever. */
const TYPE_TIMEOUT_MS = 30_000

/** The hands on this machine's cards. */
export const handsOf = (nvidiaSmi: string, typist: Typist): CardHands => ({
  read: (uuids) => readCards((args) => runNvidiaSmi(nvidiaSmi, args), uuids),
  type: (call) => typed(typist, call),
  line: (call) => typedLine(typist, call),
  wait: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
})

/** Starts one call without a shell and waits for its end. Never rejects. */
export function typed({ program, before }: Typist, call: SettingCall): Promise<SettingAnswer> {
  return new Promise((resolve) => {
    const options = { env: smiEnvironment(), timeout: TYPE_TIMEOUT_MS, killSignal: 'SIGKILL' } as const
    execFile(program, [...before, ...call], options, (error, stdout, stderr) => {
      const code = error === null ? 0 : (error as { code?: unknown }).code
      const startFailed = typeof code === 'string' ? `${program}: ${code}\n` : ''
      resolve({ returnCode: typeof code === 'number' ? code : null, text: `${startFailed}${stdout}\n${stderr}` })
    })
  })
}

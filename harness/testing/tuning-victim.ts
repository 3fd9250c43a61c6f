/**
 * A tuning without a server, for tests that kill it: opens the settings of the cards, sets limits and clocks in turn, gives the cards
 * back, and prints a line after each step. `node tuning-victim.ts FOLDER NVIDIA_SMI ROUNDS PAUSE_MS UUID…`
 */
import { setTimeout as wait } from 'node:timers/promises'
import { messageOf } from '../errors.ts'
import { openCardSettings } from '../tune/settings/open.ts'

const [folder = '', nvidiaSmi = '', rounds = '1', pauseMs = '0', ...uuids] = process.argv.slice(2)
const say = (line: string): void => void process.stdout.write(`${line}\n`)

const turns = [
  { powerLimitW: 300, smClockMHz: null },
  { powerLimitW: 250, smClockMHz: 1500 },
  { powerLimitW: null, smClockMHz: null },
  { powerLimitW: 600, smClockMHz: 1800 },
] as const

try {
  const settings = await openCardSettings({
    tune: 'victim',
    folder,
    nvidiaSmi,
    gpus: [],
    uuids,
    location: { isThisMachine: true, reason: 'a test' },
    isServing: true,
    asked: turns,
    startedAt: new Date(),
  })
  say('opened')
  try {
    for (let round = 0; round < Number(rounds); round += 1) {
      for (const turn of turns) {
        await settings.apply(turn)
        say('applied')
        await wait(Number(pauseMs))
      }
    }
  } finally {
    await settings.restore()
  }
  say('restored')
} catch (error) {
  say(`failed: ${messageOf(error)}`)
}

import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { launchSimulator } from '../../simulator/launch.ts'
import { readInventory } from '../../telemetry/inventory/inventory.ts'
import { runNvidiaSmi } from '../../telemetry/smi/exec.ts'
import { makeCardState } from '../../testing/found-card.ts'
import { makeSettableSmi } from '../../testing/settable-nvidia-smi.ts'
import { readCards } from './cards.ts'
import { openCardSettings } from './open.ts'

test('on a simulator: refused first, then what will be typed, what is enforced, and the card as it was in the end', async () => {
  const simulator = await launchSimulator({ card: 'rtx-4090', model: 'llama-3.1-8b-instruct-fp8' })
  try {
    const { nvidiaSmi } = simulator
    const { gpus } = await readInventory(nvidiaSmi)
    const uuids = gpus.map(({ uuid }) => uuid)
    const now = async () => (await readCards((args) => runNvidiaSmi(nvidiaSmi, args), uuids))[0]
    const open = (...asked: number[]) =>
      openCardSettings({
        tune: 'a-tuning',
        folder: join(mkdtempSync(join(tmpdir(), 'open-')), 'a-tuning'),
        nvidiaSmi,
        gpus,
        uuids,
        location: { isThisMachine: true, reason: 'a loopback address' },
        isServing: true,
        asked: asked.map((powerLimitW) => ({ powerLimitW, smClockMHz: 1500 })),
        startedAt: new Date(),
      })
    await expect(open(300, 9999)).rejects.toThrow(/9999 W is outside what GPU-\S+ .* takes: 10 to \d+ W/)
    const card = await open(300)
    expect(card.found).toMatchObject([{ powerLimitW: 450, defaultLimitW: 450, isPersistent: true }])
    expect(card.commands({ powerLimitW: 300, smClockMHz: 1500 })).toEqual([
      expect.stringMatching(new RegExp(`nvidia-smi -i ${uuids[0]} -pl 300$`)),
      expect.stringMatching(new RegExp(`nvidia-smi -i ${uuids[0]} -lgc 1500,1500$`)),
    ])
    expect(card.notices).toEqual([expect.stringMatching(/^a clock lock that is in place now cannot be read/)])
    expect(await card.apply({ powerLimitW: 300, smClockMHz: 1500 })).toEqual({ powerLimitW: 300, smClockMHz: 1500 })
    expect(await now()).toMatchObject({ enforcedLimitW: 300 })
    await expect(card.apply({ powerLimitW: 9999, smClockMHz: null })).rejects.toMatchObject({ code: 'bad-input' })
    await card.restore()
    await card.restore()
    expect(await now()).toMatchObject({ enforcedLimitW: 450 })
  } finally {
    await simulator.stop()
  }
})

test('what is typed first is said before the cards are taken, and the limit that counts as found is the one read since', async () => {
  const root = mkdtempSync(join(tmpdir(), 'open-'))
  const smi = makeSettableSmi(root)
  const [uuid = ''] = smi.uuids
  const steps: string[] = []
  const opened = { answer: 'opened', typist: { program: smi.path, before: [] } } as const
  const keeper = () => ({
    isGone: false,
    release: () => undefined,
    ask: async () => {
      steps.push('taken')
      // another tuning gave the card back between the first look and the claim
      return { ...opened, cards: [makeCardState({ uuid, powerLimitW: 450 })] } as never
    },
  })
  const settings = await openCardSettings({
    tune: 'a-tuning',
    folder: join(root, 'a-tuning'),
    nvidiaSmi: smi.path,
    gpus: [],
    uuids: smi.uuids,
    location: { isThisMachine: true, reason: 'a loopback address' },
    isServing: true,
    asked: [{ powerLimitW: 300, smClockMHz: null }],
    startedAt: new Date(),
    say: (line) => {
      steps.push(line)
    },
    keeper,
  })
  expect(steps).toEqual([expect.stringContaining(`${smi.path} -i ${uuid} -pl 400 (behind sudo -n`), 'taken'])
  expect(settings.found).toMatchObject([{ powerLimitW: 450 }])
  expect(settings.commandsBack(false)).toEqual([`${smi.path} -i ${uuid} -pl 450`])
})

import { expect, test } from 'vitest'
import { JoulemarkError } from '../../errors.ts'
import type { OperatingSetting } from '../../operating/point.ts'
import { makeCardState } from '../../testing/found-card.ts'
import { refuseUnsettable, type SettingFacts } from './refusals.ts'

const server = { uuid: 'GPU-a', pid: 7, name: 'VLLM::EngineCore' }
const facts = (over: Partial<SettingFacts> = {}): SettingFacts => ({
  cards: [makeCardState()],
  virtualization: new Map([['GPU-a', 'None']]),
  processes: { processes: [server] },
  serverPids: [],
  location: { isThisMachine: true, reason: 'a loopback address' },
  isServing: true,
  ...over,
})
const limit = (powerLimitW: number): OperatingSetting => ({ powerLimitW, smClockMHz: null })
const clock = (smClockMHz: number): OperatingSetting => ({ powerLimitW: null, smClockMHz })

test.each([
  ['the ends of the range', facts(), [limit(150), limit(600)]],
  ['a clock up to the highest', facts(), [clock(3090)]],
  [
    'a card that is passed through whole',
    facts({ virtualization: new Map([['GPU-a', 'Pass-Through']]) }),
    [limit(300)],
  ],
  ['clocks of a card without a limit', facts({ cards: [makeCardState({ powerLimitW: null })] }), [clock(1500)]],
  ['a training command that starts later', facts({ processes: { processes: [] }, isServing: false }), [limit(300)]],
])('goes on: %s', (_, known, asked) => {
  expect(() => refuseUnsettable(known, asked)).not.toThrow()
})

const other = { uuid: 'GPU-a', pid: 8, name: 'python3 train.py' }
test.each([
  [
    'bad-input',
    facts(),
    [limit(300), limit(149)],
    /149 W is outside what GPU-a \(NVIDIA RTX PRO .*\) takes: 150 to 600 W/,
  ],
  ['bad-input', facts(), [limit(601)], /601 W is outside/],
  ['bad-input', facts(), [clock(3091)], /3091 MHz is above the highest of GPU-a .*: 3090 MHz/],
  [
    'environment',
    facts({ cards: [makeCardState({ minLimitW: null, maxLimitW: null, powerLimitW: null })] }),
    [limit(300)],
    /GPU-a .* takes no power limit: nvidia-smi reports no range/,
  ],
  [
    'environment',
    facts({ processes: { processes: [server, other] } }),
    [limit(300)],
    /others use is left alone: .*train\.py/,
  ],
  [
    'environment',
    facts({ processes: { processes: [other] }, serverPids: [7] }),
    [limit(300)],
    /others use is left alone: .*train\.py \(pid 8\)/,
  ],
  [
    'environment',
    facts({ processes: { processes: [server, { ...other, name: '/usr/lib/xorg/Xorg' }] } }),
    [limit(300)],
    /a desktop used the GPU too: .*Xorg/,
  ],
  ['environment', facts({ processes: { processes: [] } }), [limit(300)], /whether others use the cards cannot be seen/],
  [
    'environment',
    facts({ processes: { processes: null, reason: 'no permission' }, isServing: false }),
    [limit(300)],
    /cannot be seen, so they are left alone: .*no permission/,
  ],
  ['environment', facts({ cards: [makeCardState({ migMode: 'Enabled' })] }), [limit(300)], /cut into MIG slices/],
  ['environment', facts({ cards: [makeCardState({ uuid: 'MIG-a' })] }), [limit(300)], /cut into MIG slices/],
  [
    'environment',
    facts({ virtualization: new Map([['GPU-a', 'VGPU']]) }),
    [limit(300)],
    /shared by virtual machines \(VGPU\)/,
  ],
  ['environment', facts({ virtualization: new Map([['GPU-a', 'Host VGPU']]) }), [limit(300)], /\(Host VGPU\)/],
  [
    'bad-input',
    facts({ location: { isThisMachine: false, reason: '10.0.0.7 is no address of this machine' }, cards: [] }),
    [limit(300)],
    /runs on another machine \(10\.0\.0\.7 is no address.*run joulemark there/,
  ],
  [
    'bad-input',
    facts({ location: { isThisMachine: null, reason: 'behind a proxy' } }),
    [limit(300)],
    /cannot be known whether the server runs on this machine \(behind a proxy\)/,
  ],
  ['environment', facts({ cards: [] }), [limit(300)], /no card was found/],
] as const)('refuses before anything is written: %s %#', (code, known, asked, message) => {
  const refusal = (): unknown => {
    try {
      return refuseUnsettable(known, asked)
    } catch (error) {
      return error
    }
  }
  expect(refusal()).toBeInstanceOf(JoulemarkError)
  expect(refusal()).toMatchObject({ code, message: expect.stringMatching(message) })
  expect((refusal() as Error).message).not.toContain('\n')
})

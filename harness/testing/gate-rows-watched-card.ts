import { leastMemoryBytes } from '../physics/least-memory.ts'
import { missing } from '../record/measured.ts'
import type { GpuTelemetry } from '../record/schema/telemetry.ts'
import {
  type CardHealth,
  makeCardLoad,
  makeCardsSnapshot,
  makeCardTrial,
  makeCardWindow,
  makeGpu,
  makeHealth,
  makeSampler,
} from './card-builder.ts'
import { fail, type GateRows, pass, unmeasured, warn } from './gate-rows.ts'
import { type MeasuredRun, measuredRun } from './measured-run.ts'

/** Rows of the gates on the measured card: whether it is free of faults, served, and has a plausible power. */

type Load = Parameters<typeof makeCardLoad>[0]
const loads = (...cards: readonly Load[]): Partial<GpuTelemetry> => ({
  trials: [makeCardTrial({ window: makeCardWindow({ cards: cards.map((each) => makeCardLoad(each)) }) })],
})
const load = (over: Load): MeasuredRun => ({ telemetry: loads(over) })
const noWindow: MeasuredRun = { telemetry: { trials: [makeCardTrial({ window: missing('no steady window') })] } }
/** A record that was made before the load of each card was kept. */
const early = (): MeasuredRun => {
  const { cards: _, ...window } = makeCardWindow()
  return { telemetry: { trials: [makeCardTrial({ window })] } }
}

/** An RTX 4090 idles at 50.8 W by the catalogue. */
const IDLE_W = 50.8
const noLimit: Partial<GpuTelemetry> = {
  before: makeCardsSnapshot({ health: [makeHealth({ enforcedLimitW: null })] }),
  after: makeCardsSnapshot({ health: [makeHealth({ enforcedLimitW: null })] }),
}
const WEIGHTS_MIB = (leastMemoryBytes(measuredRun().scenario) ?? 0) / 2 ** 20

const health = (over: Partial<CardHealth>, when: 'before' | 'after' = 'after'): MeasuredRun => ({
  telemetry: { [when]: makeCardsSnapshot({ atMs: 90_000, health: [makeHealth(over)] }) },
})
type Event = ReturnType<typeof makeSampler>['events'][number]
const event = (...events: readonly Event[]): MeasuredRun => ({
  telemetry: { sampler: makeSampler({ events: [...events] }) },
})
const cell = (text: string, uuid = 'GPU-a'): MeasuredRun =>
  event({ kind: 'sick-value', atMs: 30_000, uuid, field: 'utilization.gpu', text, message: '' })
const listed = (processes: NonNullable<ReturnType<typeof makeCardsSnapshot>['processes']>): Partial<GpuTelemetry> => ({
  before: makeCardsSnapshot({ processes }),
  after: makeCardsSnapshot({ processes }),
})
const engine = (uuid: string, name = 'VLLM::EngineCore', usedMiB: number | null = 20_500) => ({
  uuid,
  pid: 4242,
  name,
  usedMiB,
})
const place = (isThisMachine: boolean | null): MeasuredRun => ({
  endpoint: { location: { isThisMachine, reason: 'as it is' } },
})
const twoGpus: MeasuredRun = {
  record: { gpus: [makeGpu(), makeGpu({ index: 1, uuid: 'GPU-b' })] },
  telemetry: {
    before: makeCardsSnapshot({ health: [makeHealth(), makeHealth({ uuid: 'GPU-b' })] }),
    after: makeCardsSnapshot({ health: [makeHealth(), makeHealth({ uuid: 'GPU-b' })] }),
  },
}
const both = (first: Load, second: Load): MeasuredRun => ({
  ...twoGpus,
  telemetry: { ...twoGpus.telemetry, ...loads(first, { uuid: 'GPU-b', ...second }) },
})

export const watchedCardRows: GateRows = {
  'power-plausible': [
    pass('300 W of 450 W, and 60 W at rest', {}),
    pass('5 % above the enforced limit', load({ meanPowerW: 472.5, meanInstantW: 472.5 }), { at: 'limitShare' }),
    fail('a little more', load({ meanPowerW: 472.6, meanInstantW: 472.6 }), { beyond: 'limitShare' }),
    pass('the same where the limit was raised during the run', {
      telemetry: {
        ...loads({ meanPowerW: 480, meanInstantW: 480 }),
        after: makeCardsSnapshot({ health: [makeHealth({ enforcedLimitW: 500 })] }),
      },
    }),
    pass('10 % above the power at rest', load({ meanPowerW: 110, meanInstantW: 110, restPowerW: 100 }), {
      at: 'restShare',
    }),
    fail('a little less', load({ meanPowerW: 109.9, meanInstantW: 109.9, restPowerW: 100 }), { beyond: 'restShare' }),
    fail('power that stands still', load({ restPowerW: 300 })),
    pass('10 % above the idle power', load({ meanPowerW: IDLE_W * 1.1, meanInstantW: null, restPowerW: 20 }), {
      at: 'idleShare',
    }),
    fail('a little less', load({ meanPowerW: IDLE_W * 1.1 - 0.1, meanInstantW: null, restPowerW: 20 }), {
      beyond: 'idleShare',
    }),
    fail(
      'the idle level at 50 % utilisation',
      load({ meanPowerW: 50, meanInstantW: 50, restPowerW: 20, utilizationPct: 50 }),
      { at: 'busy' },
    ),
    pass(
      'the idle level at a little less',
      load({ meanPowerW: 50, meanInstantW: 50, restPowerW: 20, utilizationPct: 49.9 }),
      { beyond: 'busy' },
    ),
    pass(
      'the idle level at a utilisation that is not reported',
      load({ meanPowerW: 50, meanInstantW: 50, restPowerW: 20, utilizationPct: null }),
    ),
    pass('power.draw 10 % over power.draw.instant', load({ meanPowerW: 330, meanInstantW: 300 }), { at: 'apart' }),
    fail('a little more', load({ meanPowerW: 330.1, meanInstantW: 300 }), { beyond: 'apart' }),
    fail('a little less than 10 % under it', load({ meanPowerW: 269.9, meanInstantW: 300 })),
    pass('no power.draw.instant', load({ meanInstantW: null })),
    warn('5 % of the samples dropped', load({ dropped: 15, droppedW: 4_294_967 }), { at: 'droppedShare' }),
    fail('one more', load({ dropped: 16, droppedW: 4_294_967 }), { beyond: 'droppedShare' }),
    fail('0 W under load', load({ meanPowerW: null, meanInstantW: null, dropped: 300, droppedW: 0 })),
    fail('a second card that stands still', both({}, { restPowerW: 300 })),
    unmeasured('no enforced limit', { gpu: { powerLimitW: null }, telemetry: noLimit }),
    fail('power that stands still, and no enforced limit', {
      gpu: { powerLimitW: null },
      telemetry: { ...noLimit, ...loads({ restPowerW: 300 }) },
    }),
    unmeasured('a card that was never at rest', load({ restPowerW: null, restUtilizationPct: 97 })),
    unmeasured('no sample outside of the trials', load({ restPowerW: null, restUtilizationPct: null })),
    unmeasured('no power', load({ meanPowerW: null, meanInstantW: null, readings: 0 })),
    unmeasured('no steady window', noWindow),
    unmeasured('an early record', early()),
    unmeasured('cards that were not watched', { telemetry: null }),
  ],
  'serving-card': [
    pass('weights in memory, and at work', {}),
    pass('90 % of the weights', load({ peakMemoryMiB: Math.ceil(WEIGHTS_MIB * 0.9) }), { at: 'memoryShare' }),
    fail('a MiB less', load({ peakMemoryMiB: Math.floor(WEIGHTS_MIB * 0.9) }), { beyond: 'memoryShare' }),
    pass(
      'half of the weights on each of two',
      both({ peakMemoryMiB: WEIGHTS_MIB / 2 }, { peakMemoryMiB: WEIGHTS_MIB / 2 }),
    ),
    fail('none on the second of two', both({}, { peakMemoryMiB: 300 })),
    unmeasured('memory that is not reported', load({ peakMemoryMiB: null })),
    unmeasured('weights that are not known', { scenario: { model: 'a-model-of-ours' } }),
    pass('5 % utilisation', load({ utilizationPct: 5 }), { at: 'utilization' }),
    fail('a little less', load({ utilizationPct: 4.9 }), { beyond: 'utilization' }),
    pass('no utilisation, 10 % above rest', load({ utilizationPct: null, meanPowerW: 110, restPowerW: 100 }), {
      at: 'powerRise',
    }),
    fail('no utilisation, a little less', load({ utilizationPct: null, meanPowerW: 109.9, restPowerW: 100 }), {
      beyond: 'powerRise',
    }),
    unmeasured('neither utilisation nor power', load({ utilizationPct: null, meanPowerW: null })),
    unmeasured('neither utilisation nor rest', load({ utilizationPct: null, restPowerW: null })),
    fail('a server on another machine', place(false)),
    unmeasured('a server of which that is not known', place(null)),
    fail('MIG before the run', health({ migMode: 'Enabled' }, 'before')),
    fail('MIG after it', health({ migMode: 'Enabled' })),
    pass('MIG off', health({ migMode: 'Disabled' })),
    fail('a MIG device', { gpu: { uuid: 'MIG-a' } }),
    unmeasured('cards that could not be read', {
      telemetry: { before: makeCardsSnapshot({ health: [], healthReason: 'no permission' }) },
    }),
    fail('a virtual GPU', { gpu: { virtualization: 'VGPU' } }),
    fail('a virtual GPU by its name', { gpu: { name: 'NVIDIA A40-48Q' } }),
    fail('an older one', { gpu: { name: 'GRID T4-16C' } }),
    pass('a GPU that is passed through', { gpu: { virtualization: 'Pass-Through' } }),
    fail('the server on another card', { telemetry: listed([engine('GPU-z')]) }),
    fail('a process on another card that holds the weights', {
      telemetry: listed([engine('GPU-z', 'python3', 10_000)]),
    }),
    pass('a desktop on another card, and an empty list of ours', { telemetry: listed([engine('GPU-z', 'Xorg', 300)]) }),
    fail('the server on another card, and a desktop on ours', {
      telemetry: listed([engine('GPU-a', 'Xorg', 300), engine('GPU-z')]),
    }),
    pass('a server on another card, and a process of ours whose memory is not reported', {
      telemetry: listed([engine('GPU-a', 'python3', null), engine('GPU-z')]),
    }),
    pass('servers on both cards', { telemetry: listed([engine('GPU-a'), engine('GPU-z')]) }),
    fail('the second rank on a card that is not named', {
      telemetry: listed([engine('GPU-a', 'VLLM::Worker_TP0'), engine('GPU-z', 'VLLM::Worker_TP1')]),
    }),
    pass('no list of processes', { telemetry: { after: makeCardsSnapshot({ processes: null }) } }),
    fail('a server over two GPUs, one of them named', { serving: { tensorParallel: 2 } }),
    unmeasured('no steady window', noWindow),
    unmeasured('an early record', early()),
    unmeasured('no GPU', { record: { gpus: [] } }),
    unmeasured('cards that were not watched', { telemetry: null }),
  ],
  'card-health': [
    pass('no fault', {}),
    fail('a card that requires a reset during the run', cell('[GPU requires reset]')),
    fail('a card that is lost during it', cell('[GPU is lost]')),
    fail('a row that lost its UUID', cell('[GPU is lost]', '[GPU is lost]')),
    pass('another card that is lost', cell('[GPU is lost]', 'GPU-z')),
    warn('another error text', cell('[Unknown Error]')),
    fail(
      'a card that requires a reset before the run',
      health({ sick: [{ field: 'pstate', text: '[GPU requires reset]' }] }, 'before'),
    ),
    fail('and after it', health({ sick: [{ field: 'pstate', text: '[GPU is lost]' }] })),
    warn('an error text after it', health({ sick: [{ field: 'fan.speed', text: '[Unknown Error]' }] })),
    fail('a recovery that the driver asks for', health({ recoveryAction: 'Reset' })),
    pass('a driver that does not report one', health({ recoveryAction: null })),
    fail(
      'a loop that ended with the card',
      event({ kind: 'lost', atMs: 1, reason: 'a card fell off the bus', message: '' }),
    ),
    pass(
      'a loop that ended for another reason',
      event({ kind: 'lost', atMs: 1, reason: 'no row for 3 s', message: '' }),
    ),
    fail(
      'an Xid in the output',
      event({ kind: 'device-line', atMs: 1, text: 'GPU 00000000:01:00.0: Xid 79', message: '' }),
    ),
    pass('an ECC line in it', event({ kind: 'device-line', atMs: 1, text: 'Single Bit ECC', message: '' })),
    fail('an Xid in the log', { telemetry: { xids: [{ uuid: 'GPU-a', code: 79 }] } }),
    fail('one of a card that is not known', { telemetry: { xids: [{ uuid: null, code: 31 }] } }),
    pass('one of another card', { telemetry: { xids: [{ uuid: 'GPU-z', code: 79 }] } }),
    fail('a card that is no longer listed', {
      telemetry: {
        after: makeCardsSnapshot({
          health: [makeHealth({ uuid: 'GPU-z' })],
          warnings: ['GPU 0 cannot be read: [GPU is lost]'],
        }),
      },
    }),
    fail('no card is listed because it was lost', {
      telemetry: {
        after: makeCardsSnapshot({ health: [], healthReason: 'Unable to determine the device handle: GPU is lost' }),
      },
    }),
    unmeasured('no card is listed', {
      telemetry: { after: makeCardsSnapshot({ health: [], healthReason: 'no answer in 20 s' }) },
    }),
    unmeasured('no card was listed', {
      telemetry: { before: makeCardsSnapshot({ health: [], healthReason: 'no answer' }) },
    }),
    warn('a corrupt infoROM', {
      telemetry: { after: makeCardsSnapshot({ warnings: ['WARNING: infoROM is corrupted (return code 14)'] }) },
    }),
    unmeasured('no GPU', { record: { gpus: [] } }),
    unmeasured('cards that were not watched', { telemetry: null }),
  ],
}

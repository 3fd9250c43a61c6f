import { describe, expect, it } from 'vitest'
import type { SmiExec, SmiResult } from '../smi/exec.ts'
import { smiFailure } from '../smi/failures.ts'
import { aboutCards, listCards } from './list-cards.ts'

const ok = (stdout: string, warning?: string): SmiResult => ({
  kind: 'ok',
  stdout,
  stderr: '',
  ...(warning === undefined ? {} : { warning }),
})
const failed = (reason: string, absent = false): SmiResult => ({
  kind: 'failed',
  absent,
  ...smiFailure('gpu-lost', reason),
})
/** Answers by the call: the listing, the query over all cards, and the query of one. */
const answering =
  (listing: SmiResult, all: SmiResult, one: (uuid: string) => SmiResult = () => failed('not asked for')): SmiExec =>
  async (args) =>
    args[0] === '-L' ? listing : args.includes('-i') ? one(args.at(-1) ?? '') : all

const four = Array.from({ length: 4 }, (_, index) => `GPU ${index}: NVIDIA L40S (UUID: GPU-${index})`).join('\n')

describe('listCards', () => {
  it('takes the numbers of the query where it covers all cards', async () => {
    const listed = await listCards(answering(ok(four), ok('0, GPU-0\n3, GPU-3\n')))
    expect(listed).toEqual({
      indices: new Map([
        ['GPU-0', 0],
        ['GPU-3', 3],
      ]),
      only: null,
      warnings: [],
    })
  })

  it('names a card that is not permitted, and goes on with the others', async () => {
    const warning = 'Unable to determine the device handle for gpu 1: Insufficient Permissions'
    const listed = await listCards(answering(ok(four, warning), ok('0, GPU-0\n2, GPU-2\n', warning)))
    expect(listed).toMatchObject({ only: null, warnings: [warning] })
  })

  it('names a card whose UUID is lost', async () => {
    expect(await listCards(answering(ok(four), ok('0, GPU-0\n1, [GPU is lost]\n')))).toMatchObject({
      warnings: ['GPU 1 cannot be read: [GPU is lost]'],
    })
  })

  it('asks each card alone where a lost one spoils the query over all', async () => {
    const lost = failed('Unable to determine the device handle: GPU is lost')
    const one = (uuid: string) => (uuid === 'GPU-1' ? lost : ok(`9, ${uuid}\n`))
    expect(await listCards(answering(ok(four), lost, one))).toEqual({
      indices: new Map([
        ['GPU-0', 0],
        ['GPU-2', 2],
        ['GPU-3', 3],
      ]),
      only: ['GPU-0', 'GPU-2', 'GPU-3'],
      warnings: ['GPU 1 cannot be read: Unable to determine the device handle: GPU is lost'],
    })
  })

  it.each([
    ['no such program', answering(failed('there is no such program', true), ok('0, GPU-0')), true],
    ['nothing answers', answering(failed('dead'), failed('dead too')), false],
    ['no card answers alone either', answering(ok(four), failed('dead')), false],
  ])('has no card where %s', async (_, exec, absent) => {
    expect(await listCards(exec)).toMatchObject({ reason: expect.any(String), absent })
  })

  it('asks by number where -L ends at the card that is lost', async () => {
    const handle = 'Unable to determine the device handle for GPU1: 0000:34:00.0: Unknown Error'
    const one = (number: string): SmiResult => {
      if (number === '1') return failed(handle)
      if (number === '3') return { kind: 'failed', absent: false, ...smiFailure('no-devices', 'No devices were found') }
      return ok(`${number}, GPU-${number}\n`)
    }
    expect(await listCards(answering(failed(handle), failed(handle), one))).toMatchObject({
      only: ['GPU-0', 'GPU-2'],
      warnings: [`GPU 1 cannot be read: ${handle}`],
    })
  })

  it('does not ask by number where the whole driver fails', async () => {
    const dead: SmiResult = { kind: 'failed', absent: false, ...smiFailure('driver-not-loaded', 'dead') }
    expect(await listCards(answering(dead, dead, (number) => ok(`${number}, GPU-${number}`)))).toMatchObject({
      reason: 'dead',
      failure: { fault: 'driver-not-loaded' },
    })
  })

  it('lists the cards of a driver that has no -L', async () => {
    expect(await listCards(answering(failed('odd'), ok('0, GPU-0\n')))).toMatchObject({ only: null })
  })
})

it('asks about some cards only, in queries and nowhere else', async () => {
  const calls: string[] = []
  const exec: SmiExec = async (args) => {
    calls.push(args.join(' '))
    return ok('')
  }
  const about = aboutCards(exec, ['GPU-0', 'GPU-2'])
  for (const args of [['--query-gpu=uuid'], ['-q', '-x'], ['--version'], ['--query-gpu=uuid', '-i', 'GPU-0']])
    await about(args)
  expect(calls).toEqual([
    '--query-gpu=uuid -i GPU-0,GPU-2',
    '-q -x -i GPU-0,GPU-2',
    '--version',
    '--query-gpu=uuid -i GPU-0',
  ])
  expect(aboutCards(exec, null)).toBe(exec)
})

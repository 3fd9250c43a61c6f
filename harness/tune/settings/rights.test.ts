import { expect, test } from 'vitest'
import type { SettingAnswer } from './answer.ts'
import { type Asker, findTypist, likelyTypist, restoringHands } from './rights.ts'
import type { SettingCall, Typist } from './typed.ts'

const probes = [
  { uuid: 'GPU-n', powerLimitW: null },
  { uuid: 'GPU-a', powerLimitW: 400 },
]
const done: SettingAnswer = { returnCode: 0, text: 'All done.\n' }
const refused: SettingAnswer = {
  returnCode: 4,
  text: 'Failed to set power management limit for GPU 00000000:01:00.0: Insufficient Permissions\n',
}
const password: SettingAnswer = { returnCode: 1, text: 'sudo: a password is required\n' }

function asker(isRoot: boolean, answers: Readonly<Record<string, SettingAnswer>>) {
  const tried: string[] = []
  const tryCall = async ({ program }: Typist, call: SettingCall) => {
    tried.push([program, ...call].join(' '))
    return answers[program] ?? done
  }
  return { tried, asker: { isRoot, tryCall } satisfies Asker }
}

test('root types nvidia-smi alone, and finds out by writing what the card has already', async () => {
  const { tried, asker: root } = asker(true, {})
  expect(await findTypist('nvidia-smi', probes, root)).toEqual({ program: 'nvidia-smi', before: [] })
  expect(tried).toEqual(['nvidia-smi -i GPU-a -pl 400'])
})

test('another user types it behind sudo -n, where nvidia-smi alone is refused', async () => {
  const { asker: user } = asker(false, { 'nvidia-smi': refused })
  expect(await findTypist('nvidia-smi', probes, user)).toEqual({ program: 'sudo', before: ['-n', 'nvidia-smi'] })
})

test('without rights: one line with what was typed, what was answered, and what helps', async () => {
  const { asker: user } = asker(false, { 'nvidia-smi': refused, sudo: password })
  await expect(findTypist('nvidia-smi', probes, user)).rejects.toMatchObject({
    code: 'environment',
    message: expect.stringMatching(
      /^limits and clocks cannot be set: `nvidia-smi -i GPU-a -pl 400` answered: Failed to set .*; `sudo -n nvidia-smi -i GPU-a -pl 400` answered: sudo: a password is required; run joulemark as root, or let this user run nvidia-smi by sudo without a password$/,
    ),
  })
})

test('root in a container, whose host keeps the limits, is told so', async () => {
  const { asker: root } = asker(true, { 'nvidia-smi': refused })
  await expect(findTypist('nvidia-smi', probes, root)).rejects.toThrow(/although this is root: in a container, WSL/)
})

test('a card that does not support a limit is not tried with more rights', async () => {
  const text = 'Changing power management limit is not supported for GPU: 00000000:01:00.0.\nAll done.\n'
  const { tried, asker: user } = asker(false, { 'nvidia-smi': { returnCode: 0, text } })
  await expect(findTypist('nvidia-smi', probes, user)).rejects.toThrow(
    /answered: Changing power management limit is not supp/,
  )
  expect(tried).toHaveLength(1)
})

test('where no card has a limit nothing is tried: only root and sudo can lock a clock', async () => {
  const { tried, asker: user } = asker(false, {})
  expect(await findTypist('nvidia-smi', probes.slice(0, 1), user)).toMatchObject({ program: 'sudo' })
  expect(await findTypist('nvidia-smi', probes.slice(0, 1), { ...user, isRoot: true })).toMatchObject({ before: [] })
  expect(tried).toEqual([])
})

test('what is given back is typed at once, behind sudo where nvidia-smi alone is refused', async () => {
  const call = ['-i', 'GPU-a', '-pl', '400']
  const user = asker(false, { 'nvidia-smi': refused })
  expect(await restoringHands('nvidia-smi', user.asker).type(call)).toEqual(done)
  expect(user.tried).toEqual(['nvidia-smi -i GPU-a -pl 400', 'sudo -i GPU-a -pl 400'])
  const root = asker(true, { 'nvidia-smi': refused })
  expect(await restoringHands('nvidia-smi', root.asker).type(call)).toEqual(refused)
})

test('before anything is tried, root is expected to type nvidia-smi alone, and others behind sudo', () => {
  expect(likelyTypist('nvidia-smi', { isRoot: true })).toEqual({ program: 'nvidia-smi', before: [] })
  expect(likelyTypist('nvidia-smi', { isRoot: false })).toEqual({ program: 'sudo', before: ['-n', 'nvidia-smi'] })
})

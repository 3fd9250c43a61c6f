import { describe, expect, test } from 'vitest'
import { outcomeOf } from './answer.ts'

/**
 * Texts from public terminal sessions: a Tesla T4 and desktop cards (range), a container of a cloud and WSL (rights), mobile cards,
 * a GB10 and a K80 (not supported), an A10 without persistence mode (locked by name).
 */
describe('what nvidia-smi and sudo answer to a setting', () => {
  const bus = '00000000:01:00.0'
  test.each([
    ['a limit', 0, `Power limit for GPU ${bus} was set to 270.00 W from 450.00 W.\nAll done.\n`, null],
    [
      'a limit, without persistence mode',
      0,
      `Power limit for GPU ${bus} was set to 120.00 W from 250.00 W.\n\nWarning: persistence mode is disabled on device ${bus}. See the Known Issues section of the nvidia-smi(1) man page for more information. Run with [--help | -h] switch to get more information on how to enable persistence mode.\nAll done.\n`,
      null,
    ],
    ['a clock', 0, `GPU clocks set to "(gpuClkMin 2100, gpuClkMax 2100)" for GPU ${bus}\nAll done.\n`, 2100],
    ['a clock by name', 0, `GPU clocks set to "(gpuClkMin tdp, gpuClkMax tdp)" for GPU ${bus}\nAll done.\n`, null],
    ['an unlock', 0, 'All done.\n', null],
  ])('set: %s', (_, returnCode, text, lockedMHz) => {
    expect(outcomeOf({ returnCode, text })).toEqual({ kind: 'set', lockedMHz })
  })

  const early = 'Terminating early due to previous errors.\n'
  test.each([
    [
      'no-permission',
      4,
      `Failed to set power management limit for GPU ${bus}: Insufficient Permissions\n${early}`,
      `Failed to set power management limit for GPU ${bus}: Insufficient Permissions`,
    ],
    ['no-permission', 4, `The current user does not have permission to change clocks for GPU ${bus}.\n${early}`, null],
    ['no-permission', 1, 'sudo: a password is required\n', 'sudo: a password is required'],
    ['no-permission', 1, 'Sorry, user a is not allowed to execute "/usr/bin/nvidia-smi -pl 300" as root on b.\n', null],
    ['no-permission', null, 'sudo: ENOENT\n\n', 'sudo: ENOENT'],
    [
      'out-of-range',
      2,
      `Provided power limit 10.00 W is not a valid power limit which should be between 100.00 W and 242.00 W for GPU ${bus}\n${early}`,
      `Provided power limit 10.00 W is not a valid power limit which should be between 100.00 W and 242.00 W for GPU ${bus}`,
    ],
    // return code 0 for what was not done
    [
      'unsupported',
      0,
      `Changing power management limit is not supported for GPU: ${bus}.\nTreating as warning and moving on.\nAll done.\n`,
      `Changing power management limit is not supported for GPU: ${bus}.`,
    ],
    [
      'unsupported',
      0,
      `Changing power management limit is not supported in current scope for GPU: ${bus}.\nAll done.\n`,
      null,
    ],
    [
      'unsupported',
      0,
      `Setting locked GPU clocks is not supported for GPU ${bus}.\nTreating as warning and moving on.\nAll done.\n`,
      null,
    ],
    ['failed', 255, `Unable to set power limit for GPU ${bus}: Unknown Error\n`, null],
    ['failed', null, '', 'no answer in time'],
    ['no-permission', 4, '', 'return code 4'],
    ['failed', null, 'nvidia-smi: ENOENT\n', 'nvidia-smi: ENOENT'],
  ])('%s: code %s %s', (kind, returnCode, text, said) => {
    const outcome = outcomeOf({ returnCode, text })
    expect(outcome).toMatchObject({ kind, ...(said === null ? {} : { said }) })
    expect((outcome as { said: string }).said).not.toContain('\n')
  })

  test('what a terminal would act on does not reach it', () => {
    const { said } = outcomeOf({ returnCode: 255, text: '\u001b]0;title\u0007gone\n' }) as { said: string }
    expect(said).toContain('gone')
    expect(said).not.toContain('\u001b')
    expect(said).not.toContain('\u0007')
  })
})

import { describe, expect, it } from 'vitest'
import { besidesRows, documentIn, namelessCards } from './rows.ts'

const query = ['--query-gpu=index,uuid,power.draw', '--format=csv,noheader']

describe('besidesRows', () => {
  it.each([
    ['rows only', query, '0, GPU-a, 45.00\n1, GPU-b, 45.00\n', ''],
    ['a lost cell is a value of its row', query, '0, GPU-a, [GPU is lost]\n', ''],
    ['so is a lost UUID', query, '0, [GPU is lost], [GPU requires reset]\n', ''],
    [
      'words behind the rows',
      query,
      '0, GPU-a, 45.00\nWARNING: infoROM is corrupted\n',
      'WARNING: infoROM is corrupted',
    ],
    ['words and no row', query, 'Unable to determine the device handle for GPU0000:CB:00.0: Unknown Error\n', null],
    ['as many commas as a row, but a failure', query, 'GPU is lost, see dmesg, reboot\n', null],
    ['more commas than a row has', query, 'one, two, three, four\n', null],
    ['nothing', query, '', null],
    ['one column', ['--query-gpu=uuid'], 'GPU-a\nNo devices were found\n', 'No devices were found'],
    ['a process whose name holds commas', ['--query-compute-apps=gpu_uuid,pid,name'], 'GPU-a, 7, a, b\n', ''],
    ['too few columns for a process', ['--query-compute-apps=gpu_uuid,pid,name'], 'GPU-a, 7\n', null],
    [
      'a listing with one card that is not permitted',
      ['-L'],
      'GPU 0: NVIDIA L40S (UUID: GPU-a)\n  MIG 1g.10gb Device 0: (UUID: MIG-a)\nUnable to determine the device handle for gpu 1: Insufficient Permissions\n',
      'Unable to determine the device handle for gpu 1: Insufficient Permissions',
    ],
    ['a document', ['-q', '-x'], '<nvidia_smi_log></nvidia_smi_log>\nWARNING: x\n', 'WARNING: x'],
    ['half a document', ['-q', '-x'], '<nvidia_smi_log>\n', null],
    ['a call without rows', ['topo', '-m'], 'GPU0 X\n', null],
  ])('%s', (_, args, stdout, besides) => {
    expect(besidesRows(args, stdout)).toBe(besides)
  })
})

it('cuts what nvidia-smi prints behind its document', () => {
  expect(documentIn('<nvidia_smi_log>1</nvidia_smi_log>\nWARNING: x')).toBe('<nvidia_smi_log>1</nvidia_smi_log>')
  expect(documentIn('No devices were found')).toBe('No devices were found')
})

it('names a card that lost its UUID by its index', () => {
  const fields = ['index', 'uuid', 'name']
  expect(namelessCards('0, GPU-a, X\n1, [GPU is lost], X\n2, [N/A], X\n[GPU is lost]\n', fields)).toEqual([
    'GPU 1 cannot be read: [GPU is lost]',
  ])
  expect(namelessCards('a\r1, [GPU is lost], X', fields)).toEqual(['GPU ? cannot be read: [GPU is lost]'])
  expect(namelessCards('[Unknown Error]\n', ['uuid'])).toEqual(['GPU ? cannot be read: [Unknown Error]'])
})

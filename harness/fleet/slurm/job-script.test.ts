import { expect, test } from 'vitest'
import { slurmSchema } from '../../scenario/fleet/engine-schemas.ts'
import { fleetOf } from '../../testing/fleet-builder.ts'
import { jobOf } from '../plan.ts'
import { jobScript, sbatchWords } from './job-script.ts'

const place = { id: 'rack-7-20261127t010203', out: "/shared/it's 100% here" }
const job = jobOf(fleetOf(['gpu1'], { flags: ['--served-as', '$(reboot); `id`'], timeLimit: 93_784 }), place, {
  ...{ box: 'gpu1', attempt: 2, endWithinS: 100_000 },
})

test('sbatch: what identifies the job is last, so that no flag of the user changes it', () => {
  const block = slurmSchema.parse({ partition: 'gpu', gres: 'gpu:8', flags: ['--job-name=mine', '--nice=10'] })
  expect(sbatchWords(job, block)).toEqual([
    ...[
      '--parsable',
      '--partition=gpu',
      '--gres=gpu:8',
      '--exclusive',
      '--time=1-02:03:04',
      '--deadline=now+100000seconds',
    ],
    ...['--no-requeue', "--output=/shared/it's 100%% here/boxes/gpu1/jm-rack-7-20261127t010203-gpu1-2.log"],
    ...['--open-mode=append', '--job-name=mine', '--nice=10', '--nodes=1', '--nodelist=gpu1'],
    '--job-name=jm-rack-7-20261127t010203-gpu1-2',
  ])
  const plain = sbatchWords({ ...job, endWithinS: null }, slurmSchema.parse({ exclusive: false }))
  expect(plain.filter((word) => /deadline|exclusive/.test(word))).toEqual([])
})

test('the script says each word as it is, and keeps the exit code', () => {
  expect(jobScript(job).split('\n').slice(1)).toEqual([
    "mkdir -p -- '/shared/it'\\''s 100% here/boxes/gpu1' '/shared/it'\\''s 100% here/boxes/gpu1' || exit 3",
    "rm -f -- '/shared/it'\\''s 100% here/boxes/gpu1/jm-rack-7-20261127t010203-gpu1-2.exit'",
    `printf '%s\\n' "$SLURM_JOB_ID" > '/shared/it'\\''s 100% here/boxes/gpu1/jm-rack-7-20261127t010203-gpu1-2.started'.tmp && mv -f -- '/shared/it'\\''s 100% here/boxes/gpu1/jm-rack-7-20261127t010203-gpu1-2.started'.tmp '/shared/it'\\''s 100% here/boxes/gpu1/jm-rack-7-20261127t010203-gpu1-2.started' || exit 3`,
    "joulemark run rag-8b-200-mau --endpoint http://127.0.0.1:8000 --no-progress --out '/shared/it'\\''s 100% here/boxes/gpu1' --no-store --served-as '$(reboot); `id`'",
    'code=$?',
    `printf '%s\\n' "$code" > '/shared/it'\\''s 100% here/boxes/gpu1/jm-rack-7-20261127t010203-gpu1-2.exit'.tmp && mv -f -- '/shared/it'\\''s 100% here/boxes/gpu1/jm-rack-7-20261127t010203-gpu1-2.exit'.tmp '/shared/it'\\''s 100% here/boxes/gpu1/jm-rack-7-20261127t010203-gpu1-2.exit'`,
    'exit "$code"',
    '',
  ])
})

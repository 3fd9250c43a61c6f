/** A form that is right in one file, for a reason. */
export interface AllowedForm {
  readonly file: string
  /** The words as they are found. */
  readonly words: string
  readonly reason: string
}

export const allowedForms: readonly AllowedForm[] = [
  { file: 'reports/quote/option-terms.ts', words: 'box', reason: 'a key of the inputs of a quote' },
  { file: 'scripts/commands/run.ts', words: 'certificate', reason: 'the old name of a flag, which still works' },
  { file: 'CHANGELOG.md', words: 'certificate', reason: 'names the old flag' },
  {
    file: 'harness/endpoint/access/unreachable.ts',
    words: 'certificate',
    reason: 'that of a server, in TLS',
  },
  {
    file: 'harness/endpoint/serve/engine/engine-fault.ts',
    words: 'certificates',
    reason: 'those of TLS',
  },
  {
    file: 'harness/box/preflight/network/request.ts',
    words: 'certificate',
    reason: 'that of a server, in TLS',
  },
  {
    file: 'harness/endpoint/serve/start-failure.ts',
    words: 'certificate',
    reason: 'that of a server, in TLS',
  },
  {
    file: 'harness/telemetry/wall/redfish-get.ts',
    words: 'certificate',
    reason: 'that of a management controller, in TLS',
  },
  {
    file: 'harness/scenario/config/wall-schema.ts',
    words: 'certificate',
    reason: 'that of a management controller, in TLS',
  },
  {
    file: 'docs/wall.md',
    words: 'certificate',
    reason: 'that of a management controller, in TLS',
  },
  { file: 'docs/decisions/0010-the-server-is-reached-directly.md', words: 'Certificates', reason: 'those of TLS' },
  { file: 'docs/reference/run-record.md', words: 'certificate', reason: 'a key of the record' },
  {
    file: 'docs/reference/joulemark-yaml.md',
    words: 'certificate',
    reason: 'that of a management controller, in TLS',
  },
  { file: 'docs/troubleshooting.md', words: 'certificate', reason: 'that of a server, in TLS' },
  { file: 'docs/run.md', words: 'certificate', reason: 'that of a server, in TLS' },
  { file: 'CONTRIBUTING.md', words: 'wanted', reason: 'names the rule' },
  {
    file: 'harness/simulator/simulation.ts',
    words: 'foreign',
    reason: 'the name of a fault, which is a value of a flag',
  },
]

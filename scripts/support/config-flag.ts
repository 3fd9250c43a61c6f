import { Option } from '@commander-js/extra-typings'

/** The flag of every command that reads joulemark.yaml. */
export const configFlag = () =>
  new Option(
    '--config <file>',
    'Configuration to use alone (default: ./joulemark.yaml over the one in ~/.config/joulemark)',
  )

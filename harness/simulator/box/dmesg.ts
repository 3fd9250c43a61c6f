/** The simulated `dmesg` of a box: what the driver wrote to the kernel's log. */
import { get } from 'node:http'

get(`${process.env['JOULEMARK_SIMULATOR_URL']}/simulator/dmesg`, { agent: false }, (response) => {
  response.pipe(process.stdout)
}).on('error', () => {
  process.stderr.write('dmesg: SIMULATED: the box is not running\n')
  process.exitCode = 1
})

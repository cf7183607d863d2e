import { existsSync, readFileSync, readdirSync, statSync, utimesSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { needs } from './capabilities.ts'
import { GuardedHost, annotationsOf } from './guard.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()
const SERVICE = 'target-guard-sweep.service'
const TIMER = 'target-guard-sweep.timer'
const SECRET = 'https://hooks.example/T0/B0/secret'

/** Writes the units into a folder of their own; a host's real ones are never touched. */
async function install(host: GuardedHost, ...words: string[]) {
  const units = path.join(scene().directory('units'), 'systemd')
  const again = () => host.cli(['install-timer', '--units', units, ...words])
  return { units, again, ...(await again()) }
}

test('it writes both units, says how to start them, and changes nothing the second time', async () => {
  const host = new GuardedHost(scene())
  const { units, again, exitCode, stdout } = await install(host)
  expect(exitCode).toBe(0)
  expect(readdirSync(units).toSorted()).toEqual([SERVICE, TIMER])
  expect(stdout).toContain('systemctl enable --now target-guard-sweep.timer')
  expect((await again()).stdout).toMatch(/^unchanged: .*\nunchanged: /)
  const removed = await host.cli(['install-timer', '--units', units, '--remove'])
  expect(removed.stdout).toMatch(/^removed: .*\nremoved: /)
  expect(readdirSync(units)).toEqual([])
})

test('the webhook stands in a file that nobody else can read, and nowhere else', async () => {
  const host = new GuardedHost(scene())
  const { units, stdout, stderr } = await install(host, '--alert-webhook', SECRET)
  const secrets = path.join(units, 'target-guard-sweep.env')
  expect(readFileSync(secrets, 'utf8')).toContain(SECRET)
  expect(statSync(secrets).mode & 0o777).toBe(0o600)
  const others = [SERVICE, TIMER].map((name) => readFileSync(path.join(units, name), 'utf8'))
  expect([...others, stdout, stderr].join('')).not.toContain(SECRET)
  expect(others[0]).toContain(`EnvironmentFile=-${secrets}\n`)
  await host.cli(['install-timer', '--units', units, '--remove'])
  expect(readdirSync(units)).toEqual([])
})

test('a bad setting is refused before anything is written', async () => {
  const host = new GuardedHost(scene())
  const { exitCode, stderr, units } = await install(host, '--min-free-gb', 'much')
  expect([exitCode, existsSync(units)]).toEqual([2, false])
  expect(stderr).toContain('Allowed for min-free-gb')
})

needs('systemd-analyze').describe('systemd', () => {
  test.each([
    ['as they are', 'targets'],
    ['with a root that has blanks and per cents', 'all %h targets'],
  ])('takes both units %s', async (_, name) => {
    const host = new GuardedHost(scene(), path.join(scene().directory('host'), name))
    const { units } = await install(host, '--high-watermark', '70', '--low-watermark', '60')
    const { exitCode, stdout, stderr } = await scene().run('systemd-analyze', [
      'verify',
      '--man=no',
      ...[SERVICE, TIMER].map((unit) => path.join(units, unit)),
    ])
    expect([exitCode, stdout, stderr]).toEqual([0, '', ''])
  })

  test('what the service starts is a sweep of this root with these settings', async () => {
    const host = new GuardedHost(scene(), path.join(scene().directory('host'), 'all %h targets'))
    const { units } = await install(host, '--retention-hours', '2')
    const service = readFileSync(path.join(units, SERVICE), 'utf8')
    const [, command = ''] = /^ExecStart=(.*)$/m.exec(service) ?? []
    const words = [...command.matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) =>
      word.replaceAll('%%', '%'),
    )
    const [node = '', ...rest] = words
    // systemd starts it with next to no environment.
    const env = { PATH: '/usr/bin:/bin' }
    const { exitCode } = await scene().run('env', ['-i', `PATH=${env.PATH}`, node, ...rest])
    expect(exitCode).toBe(0)
    expect(host.heartbeat()).toMatchObject({ by: 'sweep', scope: 'host' })
  })
})

/** So that a root is this old, and its last sweep with it. */
function age(host: GuardedHost, hours: number): void {
  const then = Date.now() / 1000 - hours * 3600
  utimesSync(path.join(host.root, '.target-guard/root.json'), then, then)
}

test('every job of a host without sweeps says so after 48 h, and doctor tells the command', async () => {
  const host = new GuardedHost(scene())
  const runner = Runner.install(scene()).start()
  const job = async (): Promise<string> => {
    const result = await runner.job({ steps: [host.step()] }).result
    return annotationsOf(result.step('Pre guard'), 'warning').join('\n')
  }
  expect(await job()).toBe('')
  age(host, 47)
  expect(await job()).toBe('')
  age(host, 49)
  for (const _ of [1, 2]) expect(await job()).toMatch(/No sweep .* for 48 h.*install-timer/)
  expect((await host.cli(['doctor'])).stdout).toMatch(/warn .*No sweep .*\n *→ .*install-timer/)
  await host.cli(['sweep'])
  expect(await job()).toBe('')
  expect((await host.cli(['doctor'])).stdout).not.toContain('No sweep')
})

test('a folder of units that cannot be made is an error that says why', async () => {
  const host = new GuardedHost(scene())
  for (const folder of ['/proc/nowhere/units', '/dev/null/units']) {
    const { exitCode, stderr } = await host.cli(['install-timer', '--units', folder])
    expect(exitCode).toBe(1)
    expect(stderr).toContain(`The units in ${folder} cannot be written (`)
    expect(stderr).toContain('--units')
  }
})

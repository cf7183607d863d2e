import { existsSync, mkdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { openRoot } from '../../src/host/root.ts'
import { OPEN_ROOT, writeProgram } from '../helpers/program.ts'
import { PRECIOUS } from '../helpers/root.ts'
import { needs } from './capabilities.ts'
import { assemble } from './driven/cast.ts'
import type { Stage } from './driven/stage.ts'
import { GuardedHost } from './guard.ts'
import type { CommandResult } from './scene.ts'
import { secondUser } from './second-user.ts'
import { fill, smallDisk } from './small-disk.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()
const HOUR = 3_600_000
const NAME = 'target-guard-sweep'
const WEBHOOK = 'https://hooks.example/T0/B0/quote"dollar$HOME?tick=`\\'

/** A host whose root and folder of units have names that mean something to systemd and to shells. */
function oddlyNamed(): { host: GuardedHost; units: string } {
  const base = scene().directory('timer')
  const host = new GuardedHost(scene(), path.join(base, 'root %n of $HOME; "a" \\b'))
  return { host, units: path.join(base, 'units %d') }
}

async function install(
  host: GuardedHost,
  units: string,
  ...more: readonly string[]
): Promise<CommandResult> {
  return host.cli(['install-timer', '--units', units, '--root', host.root, ...more])
}

/** The words that systemd makes of ExecStart (systemd.service(5)). */
function commandOf(units: string): string[] {
  const line = /^ExecStart=(.*)$/m.exec(readFileSync(`${units}/${NAME}.service`, 'utf8'))
  return [...(line?.[1] ?? '').matchAll(/"((?:[^"\\]|\\.)*)"/g)].map(([, word = '']) =>
    word.replaceAll(/\\(.)/g, '$1').replaceAll('%%', '%').replaceAll('$$', '$'),
  )
}

describe('install-timer', () => {
  needs('systemd-analyze').test('writes units that systemd-analyze verifies', async () => {
    const { host, units } = oddlyNamed()
    expect((await install(host, units, '--user', 'root')).exitCode).toBe(0)
    const files = ['service', 'timer'].map((ending) => `${units}/${NAME}.${ending}`)
    const verified = await scene().must('systemd-analyze', ['verify', '--man=no', ...files])
    expect(verified.stdout + verified.stderr).toBe('')
    const [service = '', timer = ''] = files.map((file) => readFileSync(file, 'utf8'))
    expect(service).toMatch(/^User=root\n[^]*^Nice=19\n[^]*^IOSchedulingClass=idle$/m)
    const marker = `${host.root.replaceAll('%', '%%')}/.target-guard/root.json`
    expect(service.split('\n')).toContain(`ConditionPathExists=${marker}`)
    expect(timer).toMatch(/^OnCalendar=\*:0\/15\nRandomizedDelaySec=3min\n[^]*^Persistent=true$/m)
    const calendar = await scene().must('systemd-analyze', ['calendar', '*:0/15'])
    expect(calendar.stdout).toContain('Normalized form: *-*-* *:00/15:00')
  })

  needs('root').test('has the service sweep with no variable, network or free disk', async () => {
    const { units } = oddlyNamed()
    const disk = await smallDisk(scene(), 'tmpfs')
    const host = new GuardedHost(scene(), `${disk}/root %n of $HOME; "a" \\b`)
    openRoot(host.root, PRECIOUS)
    await install(host, units)
    const sweep = ['--net', 'env', '-i', `TG_SCENE=${scene().id}`, ...commandOf(units)]
    await scene().must('unshare', sweep)
    expect(host.heartbeat()).toMatchObject({ scope: 'host', by: 'sweep' })
    await fill(scene(), `${disk}/filler`, 'tmpfs')
    const full = await scene().must('unshare', sweep)
    expect(full.stderr).toContain('is critical')
  })

  test('says where the root is not there yet, without which only worktrees are swept', async () => {
    const { host, units } = oddlyNamed()
    const service = (): string => readFileSync(`${units}/${NAME}.service`, 'utf8')
    expect((await install(host, units)).stdout).toContain(`There is no root at ${host.root} yet`)
    await install(host, units, '--worktrees', '/pools')
    expect(service()).not.toContain('ConditionPathExists')
    openRoot(host.root, PRECIOUS)
    expect((await install(host, units)).stdout).not.toContain('There is no root')
    expect(service()).toContain('ConditionPathExists')
  })

  test('changes nothing when it runs again, and takes away what it wrote', async () => {
    const { host, units } = oddlyNamed()
    const env = { TARGET_GUARD_ALERT_WEBHOOK: WEBHOOK }
    const words = ['install-timer', '--units', units, '--root', host.root]
    const first = await host.cli(words, { env })
    expect(first.stdout.match(/^written: /gm)).toHaveLength(3)
    const again = await host.cli(words, { env })
    expect(again.stdout.match(/^unchanged: /gm)).toHaveLength(3)
    const other = await host.cli([...words, '--retention-hours', '3'], { env })
    expect(other.stdout.match(/^(?:written|unchanged): .*$/gm)).toEqual([
      `unchanged: ${units}/${NAME}.env`,
      `written: ${units}/${NAME}.service`,
      `unchanged: ${units}/${NAME}.timer`,
    ])
    expect(commandOf(units)).toContain('--retention-hours=3')
    const removed = await host.cli([...words, '--remove'])
    expect(removed.stdout.match(/^removed: /gm)).toHaveLength(3)
    expect((await host.cli([...words, '--remove'])).stdout.match(/^absent: /gm)).toHaveLength(2)
    expect(existsSync(host.root)).toBe(false)
  })

  test('keeps the webhook to a file that only root may read', async () => {
    const { host, units } = oddlyNamed()
    const said = await install(host, units, '--alert-webhook', WEBHOOK, '--json')
    const service = readFileSync(`${units}/${NAME}.service`, 'utf8')
    expect(said.stdout + said.stderr + service).not.toContain('hooks.example')
    expect(service).toContain(`EnvironmentFile=-${units.replaceAll('%', '%%')}/${NAME}.env\n`)
    expect(statSync(`${units}/${NAME}.env`).mode & 0o777).toBe(0o600)
    // Within these quotes a shell understands the same as systemd.
    const shell = '. "$1"; printf %s "$TARGET_GUARD_ALERT_WEBHOOK"'
    const { stdout } = await scene().must('sh', ['-c', shell, 'sh', `${units}/${NAME}.env`])
    expect(stdout).toBe(WEBHOOK)
    // Without it the file goes.
    await install(host, units)
    expect(existsSync(`${units}/${NAME}.env`)).toBe(false)
  })

  test('leaves the background processes of a sweep alone when the sweep ends', async () => {
    const { host, units } = oddlyNamed()
    await install(host, units)
    expect(readFileSync(`${units}/${NAME}.service`, 'utf8')).toMatch(/^KillMode=process$/m)
  })

  test.each(['a b', 'x\nExecStart=/bin/false', '-x', ''])('refuses the user %j', async (user) => {
    const { host, units } = oddlyNamed()
    const { exitCode, stderr } = await install(host, units, `--user=${user}`)
    expect(exitCode).toBe(2)
    expect(stderr).toContain('It takes the name of a user')
    expect(existsSync(units)).toBe(false)
  })

  needs('root').test('for root, by sudo or not, sweeps no root that was not named', async () => {
    const { host, units } = oddlyNamed()
    const sudo = { env: { SUDO_USER: 'alice', TARGET_GUARD_ROOT: '' } }
    for (const env of [sudo.env, { ...sudo.env, SUDO_USER: '' }]) {
      const without = await host.cli(['install-timer', '--units', units], { env })
      expect([without.exitCode, without.stderr]).toEqual([
        2,
        expect.stringMatching(/the timer would sweep \/.*, which is root’s own.*--root DIR/),
      ])
      expect(existsSync(units)).toBe(false)
    }
    const given = await host.cli(['install-timer', '--units', units, '--root', host.root], sudo)
    expect(given.exitCode).toBe(0)
    expect((await host.cli(['install-timer', '--units', units, '--remove'], sudo)).exitCode).toBe(0)
  })

  needs('root', 'second-user').test('tells an ordinary user what to do', async () => {
    const { uid, gid } = secondUser() ?? { uid: 65_534, gid: 65_534 }
    const script = writeProgram(
      scene(),
      `${OPEN_ROOT.replace(/^const.*$/m, '')}
       import { installTimer } from './steps/install-timer.js'
       const [folder] = process.argv.slice(2)
       const request = { folder, user: null, remove: false, root: '/nonexistent', isWatching: false, flags: [],
         alertWebhook: null }
       try { installTimer(request, process.execPath, process.argv[1]) }
       catch (error) { console.log(error.name, error.message) }`,
    )
    const folder = scene().directory('units')
    const { stdout } = await scene().must(process.execPath, [script, folder], { uid, gid })
    expect(stdout).toMatch(/^GuardError The units in .* \(EACCES.*Run it as root.*--units DIR/)
  })

  needs('root').test('starts the timer, and stops it, where systemd runs', async () => {
    const host = new GuardedHost(scene())
    const directory = scene().directory('stub')
    const log = path.join(directory, 'log')
    const stub = `#!/bin/sh\necho "$*" >>${log}\n[ ! -e ${directory}/refuses ] || { echo no >&2; exit 1; }\n`
    writeFileSync(path.join(directory, 'systemctl'), stub, { mode: 0o755 })
    // In a mount namespace of its own, with a /run that says systemd has booted this host.
    const booted = `mount -t tmpfs none /run && mkdir -p /run/systemd/system &&
      mkdir -p ${directory}/units && mkdir -p /etc/systemd/system &&
      mount --bind ${directory}/units /etc/systemd/system && exec "$@"`
    const run = async (...words: string[]): Promise<CommandResult> => {
      const command = [process.execPath, `${host.action}/dist/cli/index.js`, 'install-timer']
      const all = ['--mount', 'sh', '-c', booted, 'sh', ...command, '--root', host.root, ...words]
      const PATH = `${directory}:${process.env['PATH'] ?? ''}`
      return scene().run('unshare', all, { env: { PATH } })
    }
    const { exitCode, stdout } = await run()
    expect([exitCode, stdout]).toEqual([0, expect.stringContaining(`started: ${NAME}.timer`)])
    expect(existsSync(`${directory}/units/${NAME}.service`)).toBe(true)
    expect((await run('--remove')).exitCode).toBe(0)
    expect(existsSync(`${directory}/units/${NAME}.service`)).toBe(false)
    expect(readFileSync(log, 'utf8').trim().split('\n')).toEqual([
      'daemon-reload',
      `enable --now ${NAME}.timer`,
      `disable --now ${NAME}.timer`,
      'daemon-reload',
    ])
    mkdirSync(`${directory}/refuses`)
    const refused = await run()
    expect([refused.exitCode, refused.stderr]).toEqual([
      1,
      expect.stringContaining('systemctl daemon-reload failed (no)'),
    ])
  })
})

/** Whether a job of this root, and doctor, name install-timer. */
async function named(stage: Stage, runId: string): Promise<{ job: boolean; doctor: string }> {
  const job = stage.job(runId)
  const { stdout } = await job.must('pre')
  const findings = JSON.parse(await stage.command('doctor', '--json')) as Readonly<
    Record<'check' | 'level' | 'mend', string>
  >[]
  const timer = findings.find(({ check }) => check === 'timer')
  return {
    job: /^::warning .*install-timer/m.test(stdout),
    doctor: `${timer?.level ?? ''} ${timer?.mend ?? ''}`.trim(),
  }
}

describe('without a sweep for 48 h', () => {
  test('every job says so, and doctor tells the command; a young root is let be', async () => {
    const stage = (await assemble(scene())).stage()
    const mend = `warn sudo target-guard install-timer --root ${stage.path}`
    expect(stage.root.path).toBe(stage.path)
    expect(await named(stage, '31')).toEqual({ job: false, doctor: mend })
    const past = (Date.now() - 49 * HOUR) / 1000
    utimesSync(stage.control('root.json'), past, past)
    expect(await named(stage, '32')).toEqual({ job: true, doctor: mend })
    expect(await named(stage, '33')).toEqual({ job: true, doctor: mend })

    await stage.command('sweep')
    expect(await named(stage, '34')).toEqual({ job: false, doctor: 'ok' })
    const file = stage.control('heartbeat.json')
    const beat = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>
    writeFileSync(file, JSON.stringify({ ...beat, sweptAt: Date.now() - 49 * HOUR }))
    expect(await named(stage, '35')).toEqual({ job: true, doctor: mend })
  })
})

import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { GuardedHost, annotationsOf, slotOf } from './guard.ts'
import { isKept, keeperOf, keepersEnd, keepersOf } from './keepers.ts'
import { isAlive } from './processes.ts'
import type { Job } from './runner/job.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()
const grace = { interruptMs: 200, terminateMs: 200, outputMs: 200 }

interface Status {
  leases: { slot: string; verdict: { kind: string; reasons: string[] } }[]
}

/** A job that works until the test lets it go on, and what its keeper is. */
interface Watched {
  job: Job
  slot: string
  lease: string
  keeper: number
  goOn: () => void
}

async function watchedJob(host: GuardedHost, runner: Runner): Promise<Watched> {
  const gate = path.join(scene().directory('gate'), 'open')
  const script = `echo "at $CARGO_TARGET_DIR"; while [ ! -e ${gate} ]; do sleep 0.05; done`
  const job = runner.job({ steps: [host.step(), { name: 'work', run: script }] })
  const { stdout } = await job.waitForStep(/^at \/.*$/m)
  const slot = stdout.trim().slice('at '.length)
  const lease = slot.slice(-24)
  const keeper = await keeperOf(host.root, lease)
  const goOn = (): void => renameSync(scene().directory('opened'), gate)
  return { job, slot, lease, keeper, goOn }
}

function aRunner(name = 'one'): Runner {
  return Runner.install(scene(), { name, grace }).start()
}

describe('the keeper of a job', () => {
  test('holds the lock of its lease, is the runner’s to end, and ends with the job', async () => {
    const host = new GuardedHost(scene())
    const { job, lease, keeper, goOn } = await watchedJob(host, aRunner())
    expect(keepersOf(host.root)).toEqual([keeper])
    expect(await isKept(scene(), host.root, lease)).toBe(true)
    const environment = readFileSync(`/proc/${keeper}/environ`, 'utf8').split('\0')
    const names = environment.map((each) => each.slice(0, each.indexOf('=')))
    expect(environment.find((each) => each.startsWith('RUNNER_TRACKING_ID=github_'))).toBeDefined()
    expect(names.filter((name) => /TOKEN|^INPUT_|^GITHUB_|^STATE_/.test(name))).toEqual([])

    goOn()
    const result = await job.result
    expect([result.conclusion, result.conclusion === 'success' ? '' : String(result)]).toEqual([
      'success',
      '',
    ])
    expect(isAlive(keeper)).toBe(false)
    expect(keepersOf(host.root)).toEqual([])
    expect(result.orphans).toEqual([])
    expect(await isKept(scene(), host.root, lease)).toBe(false)
  })

  test('is ended by the runner’s own clean-up, where the job’s post does not run', async () => {
    const host = new GuardedHost(scene())
    const { job, keeper } = await watchedJob(host, aRunner())
    job.shutDown()
    const result = await job.result
    expect(result.orphans.map(({ pid }) => pid)).toContain(keeper)
    expect(isAlive(keeper)).toBe(false)
  })

  test('is one for a job with hooks and a step', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene(), { name: 'hooked', grace })
    await host.cli(['install-hooks', runner.root, '--root', host.root])
    const { job, keeper, lease, goOn } = await watchedJob(host, runner.start())
    // The second one gives up when it has asked for the lock a few times.
    await waitFor(() => keepersOf(host.root).length === 1, { what: 'the second keeper to give up' })
    expect(keepersOf(host.root)).toEqual([keeper])
    expect(await keeperOf(host.root, lease)).toBe(keeper)
    goOn()
    expect((await job.result).conclusion).toBe('success')
  })

  test('is not started where it is switched off', async () => {
    const host = new GuardedHost(scene())
    const inputs = { keeper: 'off' }
    const look = `ls ${host.root}/.target-guard/leases`
    const result = await aRunner().job({
      steps: [host.step({ with: inputs }), { name: 'look', run: look }],
    }).result
    expect(result.step('look').stdout).not.toContain('.keeper')
    expect(keepersOf(host.root)).toEqual([])
  })
})

describe('a keeper ends by itself', () => {
  test.each<[string, (host: GuardedHost, watched: Watched) => void | Promise<void>]>([
    [
      'when its lease ends',
      ({ root }, { lease }) => {
        const folder = path.join(root, '.target-guard/leases')
        renameSync(path.join(folder, `${lease}.json`), path.join(folder, `${lease}.ended`))
      },
    ],
    ['when its runner process is gone', async (_, { job }) => job.killWorker()],
    ['when its root is moved away', ({ root }) => renameSync(root, `${root}-moved`)],
    [
      'when another root lies at its path',
      ({ root }) => {
        renameSync(root, `${root}-moved`)
        mkdirSync(path.join(root, '.target-guard'), { recursive: true })
      },
    ],
    ['when its root is removed', ({ root }) => rmSync(root, { recursive: true, maxRetries: 9 })],
  ])('%s', async (_, end) => {
    const host = new GuardedHost(scene())
    const watched = await watchedJob(host, aRunner())
    await end(host, watched)
    await keepersEnd(host.root)
    await waitFor(() => !isAlive(watched.keeper), { what: 'the keeper to end' })
    expect(isAlive(watched.keeper)).toBe(false)
    await watched.job.killWorker()
  })
})

/** What `status`, `explain` and `sweep` make of a job that lost its Worker. */
async function judged(host: GuardedHost, slot: string): Promise<string[]> {
  const inRoot = path.relative(host.root, slot)
  const { leases } = await host.json<Status>('status')
  const verdict = leases.find((lease) => lease.slot === inRoot)?.verdict
  const [action] = await host.json<{ kind: string; reason: string }[]>('explain', slot)
  await host.cli(['sweep'])
  return [
    verdict?.kind ?? 'none',
    verdict?.reasons[0] ?? '',
    action?.kind ?? 'none',
    existsSync(slot) ? 'there' : 'gone',
  ]
}

describe('the lock of a keeper', () => {
  test('keeps the slot of a job whose Worker is gone; without it the slot goes', async () => {
    const host = new GuardedHost(scene())
    const { job, slot, keeper } = await watchedJob(host, aRunner())
    // Stopped, it does not notice that it is not needed any more.
    process.kill(keeper, 'SIGSTOP')
    await job.killWorker()
    for (const { pid } of (await job.result).steps) {
      if (pid !== null && isAlive(pid)) process.kill(pid, 'SIGKILL')
    }
    expect(await judged(host, slot)).toEqual([
      'alive',
      'its keeper is running, or what its command started (the lease’s lock is held)',
      'keep',
      'there',
    ])
    // The sweep had it go on, and so it ended; until then it held its lock, which is evidence.
    await keepersEnd(host.root)
    expect((await judged(host, slot)).slice(2)).toEqual(['retire', 'gone'])
  })

  test('tells of a job in another pid namespace', async () => {
    const host = new GuardedHost(scene())
    const watched = await watchedJob(host, aRunner())
    const within = ['--pid', '--fork', '--mount-proc', process.execPath]
    const look = async (command: string): Promise<string> => {
      const tool = path.join(host.action, 'dist/cli/index.js')
      const words = [...within, tool, command, '--root', host.root]
      return (await scene().must('unshare', words)).stdout
    }
    expect(await look('status')).toMatch(/live, alive, .*its keeper is running/)
    expect(await look('explain')).toMatch(/^keep \(live\) .*its keeper is running/m)
    process.kill(watched.keeper, 'SIGKILL')
    await waitFor(async () => !(await isKept(scene(), host.root, watched.lease)))
    expect(await look('status')).toMatch(/live, unknown, /)
    expect(await look('sweep')).toMatch(/^keep \(unknown\)/m)
    watched.goOn()
    expect((await watched.job.result).conclusion).toBe('success')
  })
})

/** What a job is told whose keeper it could end itself. */
const NO_WARNING = /^$/

describe('no job fails, and no live slot is judged dead, when its keeper', () => {
  test.each<[string, RegExp, (host: GuardedHost, watched: Watched) => unknown]>([
    ['is killed', /keeper of this job ended before/, async (_, { keeper }) => kill(keeper)],
    ['is stopped', NO_WARNING, (_, { keeper }) => process.kill(keeper, 'SIGSTOP')],
    [
      'gets no memory any more',
      NO_WARNING,
      async (_, { keeper }) =>
        scene().must('prlimit', ['--pid', String(keeper), '--as=1', '--data=1']),
    ],
    [
      'runs out of memory',
      /keeper of this job ended before/,
      // How V8 ends a process that has none left.
      async (_, { keeper }) => kill(keeper, 'SIGABRT'),
    ],
    [
      'loses its lock file',
      NO_WARNING,
      ({ root }, { lease }) => rmSync(path.join(root, '.target-guard/leases', `${lease}.keeper`)),
    ],
  ])('%s', async (_, warning, disturb) => {
    const host = new GuardedHost(scene())
    const watched = await watchedJob(host, aRunner())
    await disturb(host, watched)
    const other = await aRunner('other').job({ steps: [host.step()] }).result
    expect(other.conclusion).toBe('success')
    await host.cli(['sweep'])
    const { leases } = await host.json<Status>('status')
    const inRoot = path.relative(host.root, watched.slot)
    expect(leases.find(({ slot }) => slot === inRoot)?.verdict.kind).toBe('alive')
    expect(existsSync(watched.slot)).toBe(true)

    watched.goOn()
    const result = await watched.job.result
    expect([result.conclusion, slotOf(result)]).toEqual(['success', watched.slot])
    const warnings = annotationsOf(result.step('Post guard'), 'warning')
    expect(warnings.join()).toMatch(warning)
    await keepersEnd(host.root)
  })
})

async function kill(pid: number, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  process.kill(pid, signal)
  await waitFor(() => !isAlive(pid))
}

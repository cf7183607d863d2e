import { chownSync, existsSync, mkdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { fetchDependencies } from '../fixtures/cargo-project.ts'
import { smallProject } from '../fixtures/small-project.ts'
import { needs } from './capabilities.ts'
import {
  NO_DOCKER,
  jobContainer,
  lendDocker,
  pidOf,
  removeContainer,
  startContainer,
} from './containers.ts'
import { GuardedHost, annotationsOf, slotOf, tool } from './guard.ts'
import { keepersEnd } from './keepers.ts'
import { hostOf, ordinaryUser, ownerOf } from './ordinary-user.ts'
import { testImage } from './runner/image.ts'
import type { Job } from './runner/job.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()

const grace = { interruptMs: 100, terminateMs: 100, outputMs: 1000 }

/** What the tests read of a lease. */
interface Lease {
  readonly slot: string
  readonly madeBy: string
  readonly owner: {
    readonly runner: { readonly key: string }
    readonly worker: unknown
    readonly container: string | null
  }
}

function leaseOf(host: GuardedHost, slot: string): Lease {
  const id = slot.slice(-24)
  const name = host.leases().find((each) => each.startsWith(id)) ?? id
  const file = path.join(host.root, '.target-guard/leases', name)
  return JSON.parse(readFileSync(file, 'utf8')) as Lease
}

/** A root that is there already, as a volume has to be: docker would make it root's. */
function hostWithRoot(): GuardedHost {
  const host = new GuardedHost(scene())
  mkdirSync(host.root)
  return host
}

async function withHooks(host: GuardedHost, runner: Runner): Promise<Runner> {
  const { exitCode, stderr } = await host.cli(['install-hooks', runner.root, '--root', host.root])
  expect([exitCode, stderr]).toEqual([0, ''])
  return runner.start()
}

needs('docker', 'root').describe('a job in a container that mounts the root', () => {
  test('has a slot from its step, under the key that its runner has outside', async () => {
    const host = hostWithRoot()
    const runner = Runner.install(scene()).start()
    const inside = await runner.job({
      runId: '1',
      container: jobContainer(`${host.root}:${host.root}`),
      steps: [host.step(), { name: 'build', run: 'echo built > "$CARGO_TARGET_DIR/out"' }],
    }).result
    expect(String(inside)).toContain('job: success')
    expect(readFileSync(path.join(slotOf(inside), 'out'), 'utf8')).toBe('built\n')
    const first = leaseOf(host, slotOf(inside))
    expect(first.owner).toMatchObject({ worker: null, singleJob: true })
    expect(first.owner.container).toMatch(/^[0-9a-f]{64}$/)

    const outside = await runner.job({ runId: '2', steps: [host.step()] }).result
    const second = leaseOf(host, slotOf(outside))
    expect(second.owner.worker).not.toBeNull()
    expect(second.owner.runner.key).toBe(first.owner.runner.key)
  })

  test('has the slot of the hook, taken over by its step; the next job prunes what it left', async () => {
    const host = hostWithRoot()
    const runner = await withHooks(host, Runner.install(scene(), { grace }))
    const container = jobContainer(`${host.root}:${host.root}`)
    const job = runner.job({
      runId: '1',
      container,
      steps: [host.step(), { name: 'build', run: 'echo started; exec sleep 600' }],
    })
    await job.waitForStep(/started/)
    expect(host.leases()).toHaveLength(1)
    await job.killWorker()
    await keepersEnd(host.root)
    const lost = await job.result
    const [hook, pre] = [lost.phase('started-hook')[0], lost.step('Pre guard')]
    expect(pre.exports['CARGO_TARGET_DIR']).toBe(hook?.exports['CARGO_TARGET_DIR'])
    expect(lost.step('guard').outputs['lease']).toBe(hook?.exports['TARGET_GUARD_LEASE'])
    const slot = slotOf(lost)
    expect(leaseOf(host, slot)).toMatchObject({
      madeBy: 'hook',
      owner: { worker: { pid: job.workerPid } },
    })

    const next = await runner.job({ runId: '2', container, steps: [host.step()] }).result
    expect(String(next)).toContain('job: success')
    expect(next.phase('started-hook')[0]?.stdout).toContain(
      `retire ${path.relative(host.root, slot)}: its runner process ${job.workerPid} is gone`,
    )
    expect(existsSync(slot)).toBe(false)
    expect(host.leases()).toEqual([`${slotOf(next).slice(-24)}.ended`])
  })
})

needs('docker', 'root', 'cargo').describe(
  'a job in a container that mounts its run dir alone',
  () => {
    test('builds in the slot that the hook made, with no step of ours in it', async () => {
      const host = new GuardedHost(scene())
      const runner = await withHooks(host, Runner.install(scene()))
      const project = smallProject(scene().directory('project'))
      fetchDependencies(project)
      host.checkOut(project.directory, runner.workspace())
      const runDirectory = `${host.root}/octo-org/demo/main/run-1001`
      const result = await runner.job({
        container: jobContainer(`${runDirectory}:${runDirectory}`),
        steps: [{ name: 'build', run: 'cargo build --offline' }],
      }).result

      expect(String(result)).toContain('job: success')
      const slot = slotOf(result)
      expect(path.dirname(slot)).toBe(runDirectory)
      expect(existsSync(path.join(slot, 'debug', project.binary))).toBe(true)
      expect(host.leases()).toEqual([`${slot.slice(-24)}.ended`])
    })

    test('has no place for a step of ours, which says so; the slot stays the hook’s', async () => {
      const host = new GuardedHost(scene())
      const runner = await withHooks(host, Runner.install(scene()))
      const runDirectory = `${host.root}/octo-org/demo/main/run-1001`
      const result = await runner.job({
        container: jobContainer(`${runDirectory}:${runDirectory}`),
        steps: [
          host.step(),
          { name: 'build', if: 'always()', run: 'echo built > "$CARGO_TARGET_DIR/out"' },
        ],
      }).result

      expect(annotationsOf(result.step('Pre guard'), 'error').join()).toMatch(/is refused/)
      expect(result.step('build').outcome).toBe('success')
      expect(existsSync(path.join(slotOf(result), 'out'))).toBe(true)
      expect(host.leases()).toEqual([`${slotOf(result).slice(-24)}.ended`])
    })
  },
)

needs('docker', 'root', 'second-user').describe('a container job whose Worker was killed', () => {
  test('keeps its slot while the container runs; when that is gone only root may know', async () => {
    const host = hostWithRoot()
    const runner = Runner.install(scene(), { grace }).start()
    const { job, slot } = await killed(host, runner)
    const relative = path.relative(host.root, slot)
    const during = await host.cli(['sweep'])
    expect(during.stdout).toContain(`keep (unknown) ${relative}: it records no runner process`)

    removeContainer(job.containerId ?? '')
    const { uid, gid } = ordinaryUser()
    const asUser = await scene().must(process.execPath, [tool, 'explain'], {
      env: { TARGET_GUARD_ROOT: host.root },
      uid,
      gid,
    })
    expect(asUser.stdout).toContain(`keep (unknown) ${relative}: it records no runner process`)
    // Another test's container may have got the number of the namespace, which keeps the slot.
    const gone = `retire ${relative}: the container that its job ran in is gone`
    await waitFor(async () => (await host.cli(['sweep'])).stdout.includes(gone), {
      what: 'a sweep that finds it gone',
      deadlineMs: 60_000,
    })
    expect(existsSync(slot)).toBe(false)
  })

  test('keeps its slot when its runner works on, as long as the container runs', async () => {
    const host = hostWithRoot()
    const runner = Runner.install(scene(), { grace }).start()
    const { job, slot } = await killed(host, runner)
    const relative = path.relative(host.root, slot)
    // A job without a container removes none.
    const during = await runner.job({ runId: '2', steps: [host.step()] }).result
    expect(during.step('Pre guard').stdout).toMatch(
      new RegExp(
        `keep \\(blocked\\) ${relative}: .*\\(${job.containerId?.slice(0, 12)}\\) of its job is running`,
      ),
    )
    expect(existsSync(slot)).toBe(true)

    const container = jobContainer(`${host.root}:${host.root}`)
    const after = await runner.job({ runId: '3', container, steps: [host.step()] }).result
    expect(after.step('Pre guard').stdout).toContain(
      `retire ${relative}: its runner runner-1 works for another job now`,
    )
    expect(existsSync(slot)).toBe(false)
  })

  test('is nobody else’s to judge: another runner’s job in a container leaves the slot alone', async () => {
    const host = hostWithRoot()
    const { job, slot } = await killed(host, Runner.install(scene(), { grace }).start())
    removeContainer(job.containerId ?? '')
    // The number of a pid namespace that has ended is given to the next one at once.
    startContainer(scene(), [testImage(), 'sleep', '600'])
    const result = await Runner.install(scene(), { name: 'runner-2' })
      .start()
      .job({
        container: jobContainer(`${host.root}:${host.root}`, `${host.action}:${host.action}:ro`),
        steps: [
          host.step(),
          {
            name: 'sweep',
            run: `/__e/node24/bin/node ${host.action}/dist/cli/index.js sweep --root ${host.root}`,
          },
        ],
      }).result

    expect(String(result)).toContain('job: success')
    expect(result.step('sweep').stdout).toContain(
      `keep (unknown) ${path.relative(host.root, slot)}: it records no runner process`,
    )
    expect(existsSync(slot)).toBe(true)
  })
})

needs('docker', 'root').describe(
  'a container of others that mounts the whole root, or all of a pull request',
  () => {
    test('holds no slot by that, but by a process in it that works in one', async () => {
      const host = hostWithRoot()
      const volume = `--volume=${host.root}:${host.root}`
      startContainer(scene(), [volume, testImage(), 'sleep', '600'])
      const flag = path.join(scene().directory('flag'), 'go')
      const runner = Runner.install(scene()).start()
      const job = runner.job({
        runId: '1',
        steps: [
          host.step(),
          {
            run: `echo "slot $CARGO_TARGET_DIR"; until [ -e ${flag} ]; do sleep 0.05; done; exit 1`,
          },
        ],
      })
      const { stdout } = await job.waitForStep(/^slot .*\n/)
      const slot = stdout.trim().slice('slot '.length)
      const pullRequest = path.dirname(path.dirname(slot))
      startContainer(scene(), [`--volume=${pullRequest}:/pr`, testImage(), 'sleep', '600'])
      const inside = startContainer(scene(), [
        volume,
        `--workdir=${slot}`,
        testImage(),
        'sleep',
        '600',
      ])
      mkdirSync(flag)
      const result = await job.result

      expect(result.step('Post guard').stdout).toContain(
        `it is in use: pid ${pidOf(inside)} (sleep) works in ${slot}\n`,
      )
      removeContainer(inside)
      const next = await runner.job({ runId: '2', steps: [host.step()] }).result
      expect(next.step('Pre guard').stdout).toContain(`retire ${path.relative(host.root, slot)}`)
      expect(existsSync(slot)).toBe(false)
    })
  },
)

needs('docker', 'root', 'second-user').describe('a root of an ordinary user’s', () => {
  test('stays theirs when the first job is one of root’s in a container: they prune what it made', async () => {
    const { uid, gid } = ordinaryUser()
    const host = hostOf(scene(), { uid, gid })
    mkdirSync(host.root)
    chownSync(host.root, uid, gid)
    const runner = Runner.install(scene(), { grace, user: { uid, gid } })
    runner.start({ env: { DOCKER_HOST: await lendDocker(scene()) } })
    const inside = await runner.job({
      runId: '1',
      container: jobContainer(`${host.root}:${host.root}`),
      steps: [host.step(), { run: 'id -u; touch "$CARGO_TARGET_DIR/out"' }],
    }).result
    expect(String(inside)).toContain('job: success')
    const slot = slotOf(inside)
    for (const name of ['.target-guard', '.target-guard/leases', '.target-guard/trash']) {
      expect([name, await ownerOf(scene(), path.join(host.root, name))]).toEqual([
        name,
        `${uid}:${gid}`,
      ])
    }
    for (let at = slot; at !== host.root; at = path.dirname(at)) {
      expect([at, await ownerOf(scene(), at)]).toEqual([at, `${uid}:${gid}`])
    }

    runner.start({ env: { DOCKER_HOST: NO_DOCKER } })
    const guard = host.step({ with: { 'keep-per-pr': '0', 'privileged-helper': 'none' } })
    const outside = await runner.job({ runId: '2', steps: [guard] }).result
    expect(String(outside)).toContain('job: success')
    expect(existsSync(slot)).toBe(false)
    await waitFor(() => host.control('trash').length === 0, { what: 'the reaper' })
  })
})

/** Kills the Worker of a job whose step has taken a slot inside. */
async function killed(host: GuardedHost, runner: Runner): Promise<{ job: Job; slot: string }> {
  const job = runner.job({
    runId: '1',
    container: jobContainer(`${host.root}:${host.root}`),
    steps: [host.step(), { run: 'echo started; exec sleep 600' }],
  })
  await job.waitForStep(/started/)
  await job.killWorker()
  return { job, slot: slotOf(await job.result) }
}

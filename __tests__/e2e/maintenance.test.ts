import { readFileSync, utimesSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { openRoot } from '../../src/host/root.ts'
import { PRECIOUS } from '../helpers/root.ts'
import { needs } from './capabilities.ts'
import { GuardedHost, annotationsOf, slotOf } from './guard.ts'
import { keepersEnd } from './keepers.ts'
import { isAlive } from './processes.ts'
import { Runner } from './runner/runner.ts'
import { smallDisk } from './small-disk.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()
const HOUR = 3_600_000

describe('the heartbeat', () => {
  test('is written by every pass, and says when, by whom and what', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene(), { name: 'alpha' }).start()
    const begun = Date.now()
    await runner.job({ steps: [host.step()] }).result
    expect(host.heartbeat()).toMatchObject({
      version: 1,
      scope: 'own',
      by: 'post of alpha',
      errors: [],
    })
    expect(Number(host.heartbeat()['completedAt'])).toBeGreaterThanOrEqual(begun)
    await host.cli(['sweep'])
    expect(host.heartbeat()).toMatchObject({ scope: 'host', by: 'sweep' })
  })

  test('that is older than 48 h is a warning in the next job, and in no job after it', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene()).start()
    await runner.job({ steps: [host.step()] }).result
    const file = path.join(host.root, '.target-guard/heartbeat.json')
    const beat = { ...host.heartbeat(), completedAt: Date.now() - 49 * HOUR }
    writeFileSync(file, JSON.stringify(beat))
    const late = await runner.job({ runId: '2', steps: [host.step()] }).result
    expect(annotationsOf(late.step('Pre guard'), 'warning')).toEqual([
      expect.stringContaining('No pass has been completed on this host for 49 h'),
    ])
    const next = await runner.job({ runId: '3', steps: [host.step()] }).result
    expect(annotationsOf(next.step('Pre guard'), 'warning')).toEqual([])
  })

  test('that was never written on an old root is a warning too, a damaged one no failure', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene()).start()
    await runner.job({ steps: [host.step()] }).result
    const control = path.join(host.root, '.target-guard')
    writeFileSync(path.join(control, 'heartbeat.json'), '{"version":1,"compl')
    utimesSync(path.join(control, 'root.json'), 1, 1)
    const result = await runner.job({ runId: '2', steps: [host.step()] }).result
    expect(result.conclusion).toBe('success')
    expect(annotationsOf(result.step('Pre guard'), 'warning').join()).toContain('No pass has been')
  })

  test('names what has been blocked for 24 h, in every job of the host', async () => {
    const host = new GuardedHost(scene())
    const [one, other] = ['one', 'other'].map((name) => Runner.install(scene(), { name }).start())
    if (!one || !other) throw new Error('unreachable')
    const job = one.job({
      steps: [
        host.step(),
        { name: 'work', run: 'cd "$CARGO_TARGET_DIR"; echo ready; exec sleep 600' },
      ],
    })
    const { pid } = await job.waitForStep(/^ready$/m)
    await job.killWorker()
    await keepersEnd(host.root)
    const slot = slotOf(await job.result)
    await one.job({ runId: '2', steps: [host.step()] }).result
    const noted = path.join(host.root, '.target-guard/leases', `${slot.slice(-24)}.blocked`)
    expect(Number(readFileSync(noted, 'utf8'))).toBeGreaterThan(Date.now() - HOUR)

    // A day later: the first sighting stays the first.
    writeFileSync(noted, String(Date.now() - 25 * HOUR))
    await one.job({ runId: '3', steps: [host.step()] }).result
    const told = await other.job({ runId: '4', steps: [host.step()] }).result
    expect(annotationsOf(told.step('Pre guard'), 'warning').join()).toContain(
      `${path.relative(host.root, slot)} has been blocked for 25 h`,
    )
    expect(isAlive(pid)).toBe(true)
    const { stdout } = await host.cli(['doctor'])
    expect(stdout).toContain('blocked for 25 h')

    process.kill(pid, 'SIGKILL')
    await one.job({ runId: '5', steps: [host.step()] }).result
    const after = await other.job({ runId: '6', steps: [host.step()] }).result
    expect(annotationsOf(after.step('Pre guard'), 'warning')).toEqual([])
  })
})

needs('root').test(
  'a root that has become read-only fails the sweep, and jobs say what it is',
  async () => {
    const disk = await smallDisk(scene(), 'tmpfs')
    const host = new GuardedHost(scene(), path.join(disk, 'targets'))
    openRoot(host.root, PRECIOUS)
    await scene().must('mount', ['-o', 'remount,ro', disk])
    const { exitCode, stderr } = await host.cli(['sweep'])
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringContaining('The heartbeat cannot be written (EROFS'),
    ])
    const job = await Runner.install(scene())
      .start()
      .job({ steps: [host.step()] }).result
    expect(annotationsOf(job.step('Pre guard'), 'error')).toEqual([
      expect.stringMatching(/cannot be made \(EROFS.*Its file system is read-only\. Look/),
    ])
  },
)

describe('a dry run', () => {
  test('explains, deletes nothing, and cannot be overlooked', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene()).start()
    const first = await runner.job({ steps: [host.step()] }).result
    const dry = { 'dry-run': 'true', 'retention-hours': '0' }
    const result = await runner.job({ runId: '2', steps: [host.step({ with: dry })] }).result
    const slot = path.relative(host.root, slotOf(first))
    expect(result.step('Pre guard').stdout).toContain(`would retire ${slot}`)
    for (const step of ['Pre guard', 'Post guard']) {
      expect(annotationsOf(result.step(step), 'warning').join()).toContain('dry-run is on')
    }
    expect(host.slots()).toEqual([slotOf(first), slotOf(result)].toSorted())
    expect(host.control('trash')).toEqual([])
  })
})

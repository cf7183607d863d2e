import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { GuardedHost, annotationsOf, slotOf } from './guard.ts'
import { mergeGroup, pullRequest, push } from './runner/events.ts'
import { Runner } from './runner/runner.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'

const scene = useScene()

describe.each(['node20', 'node24'] as const)('the life of a slot on %s', (node) => {
  test('pre makes and exports it, main tells of it, post ends its lease', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene(), { node }).start()
    const result = await runner.job({
      event: pullRequest({ number: 7 }),
      runId: '1001',
      steps: [
        host.step({ id: 'guard' }),
        { name: 'build', run: 'echo "$CARGO_TARGET_DIR" && touch "$CARGO_TARGET_DIR/made"' },
      ],
    }).result
    expect(result.conclusion).toBe('success')

    const slot = slotOf(result)
    expect(slot).toMatch(new RegExp(`^${host.root}/octo-org/demo/7/run-1001/build-1-[0-9a-f]{24}$`))
    expect(result.step('build').stdout.trim()).toBe(slot)
    const lease = slot.slice(-24)
    expect(result.step('guard').outputs).toEqual({
      seed: 'cold',
      'max-parallel': '256',
      'target-dir': slot,
      'run-dir': path.dirname(slot),
      lease,
      proceed: 'true',
      'disk-status': expect.stringMatching(/^(?:ok|low)$/),
      'free-bytes': expect.stringMatching(/^[1-9]\d+$/),
      retired: '0',
      'reclaimed-bytes': '0',
    })
    expect(result.step('guard').summary).toContain(slot)
    // Ended, not live, and kept to be inherited.
    expect(host.leases()).toEqual([`${lease}.ended`])
    expect(existsSync(path.join(slot, 'made'))).toBe(true)
  })

  test('a later job of the same runner prunes what an earlier one left, and nothing of others', async () => {
    const host = new GuardedHost(scene())
    const [one, other] = ['one', 'other'].map((name) =>
      Runner.install(scene(), { name, node }).start(),
    )
    const options = { 'retention-hours': '1', 'keep-per-pr': '1' }
    const steps = [host.step({ with: options }), { run: 'echo built > "$CARGO_TARGET_DIR/out"' }]
    const foreign = await other?.job({ event: push('main'), runId: '1', steps }).result
    const first = await one?.job({ event: push('main'), runId: '2', steps }).result
    const second = await one?.job({ event: push('main'), runId: '3', steps }).result
    const third = await one?.job({ event: push('main'), runId: '4', steps }).result
    if (!foreign || !first || !second || !third) throw new Error('unreachable')

    // keep-per-pr counts slots of this runner: the newest one stays, those before it go.
    await waitFor(() => host.control('trash').length === 0, { what: 'the reaper' })
    expect(host.slots()).toEqual([slotOf(foreign), slotOf(third)].toSorted())
    for (const step of ['Pre guard', 'guard', 'Post guard']) {
      const { stdout, summary } = third.step(step)
      expect(stdout + summary).not.toMatch(/keep \((?:live|retained)\)/)
    }
    expect(third.step('Post guard').stdout).toContain('1 ended slot is kept to be inherited')
    expect(third.step('guard').summary).toContain('1 ended slot is kept to be inherited')
    expect(third.step('Pre guard').stdout + second.step('Post guard').stdout).toContain(
      `retire ${path.relative(host.root, slotOf(first))}`,
    )
  })

  test('a failed job’s slot is retired by its own post', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene(), { node }).start()
    const result = await runner.job({ steps: [host.step(), { run: 'exit 3' }] }).result
    expect(result.conclusion).toBe('failure')
    await waitFor(() => host.control('trash').length === 0, { what: 'the reaper' })
    expect(host.slots()).toEqual([])
    expect(host.leases()).toEqual([])
    expect(existsSync(path.join(host.root, 'octo-org'))).toBe(false)
  })
})

describe('a local action', () => {
  test('`uses: ./` has no pre: main does all of it', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene()).start()
    const result = await runner.job({
      steps: [host.step({ viaPath: './' }), { name: 'after', run: 'test -d "$CARGO_TARGET_DIR"' }],
    }).result
    expect(result.conclusion).toBe('success')
    expect(result.step('guard').outputs['target-dir']).toBe(slotOf(result))
    expect(host.leases()).toEqual([`${slotOf(result).slice(-24)}.ended`])
  })
})

describe('post', () => {
  test('ends nothing, and does not fail, where pre was refused', async () => {
    const host = new GuardedHost(scene(), scene().directory('foreign'))
    writeFileSync(path.join(host.root, 'thesis.txt'), 'years of work')
    const runner = Runner.install(scene()).start()
    const result = await runner.job({ steps: [host.step()] }).result
    expect(result.conclusion).toBe('failure')
    expect(annotationsOf(result.step('Pre guard'), 'error').join()).toMatch(/is refused/)
    expect(result.step('Post guard').outcome).toBe('success')
    expect(result.step('Post guard').stdout).toContain('nothing to end')
    expect(readdirSync(host.root)).toEqual(['thesis.txt'])
  })

  test('runs twice without harm', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene()).start()
    const twice = `"$(dirname "$NODE")/node" "${host.action}/dist/post/index.js"`
    const result = await runner.job({
      steps: [
        host.step(),
        // The state is the runner's; a second post in the same job finds its lease ended.
        {
          name: 'again',
          run: `NODE="${process.execPath}" ; STATE_guard="$(cat state)" ${twice} || true`,
        },
      ],
    }).result
    expect(result.step('Post guard').outcome).toBe('success')
    expect(host.leases()).toHaveLength(1)
  })
})

describe('PR keys', () => {
  test.each([
    ['pull request', pullRequest({ number: 12 }), '12'],
    ['closed by merge', pullRequest({ number: 12, action: 'closed', merged: true }), '12'],
    ['from a fork', pullRequest({ number: 12, fork: 'stranger/demo' }), '12'],
    ['merge queue', mergeGroup(31), '31'],
    ['push to main', push('main'), 'main'],
    ['a tag', push('refs/tags/v1.2.3'), 'v1.2.3'],
  ])('%s', async (_, event, key) => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene()).start()
    const result = await runner.job({ event, steps: [host.step()] }).result
    expect(path.relative(host.root, slotOf(result)).split('/')[2]).toBe(key)
  })

  test('push to feature/x', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene()).start()
    const result = await runner.job({ event: push('feature/x'), steps: [host.step()] }).result
    const key = path.relative(host.root, slotOf(result)).split('/')[2]
    expect(key).toMatch(/^feature-x-[0-9a-f]{12}$/)
  })
})

describe('a lease', () => {
  test('tells its owner, and is written before the slot', async () => {
    const host = new GuardedHost(scene())
    const runner = Runner.install(scene(), { name: 'alpha' }).start()
    const job = runner.job({
      event: push('main'),
      steps: [host.step(), { name: 'look', run: `cat ${host.root}/.target-guard/leases/*.json` }],
    })
    const result = await job.result
    const lease = JSON.parse(result.step('look').stdout) as Record<string, unknown>
    expect(lease).toMatchObject({
      version: 1,
      repository: 'octo-org/demo',
      prKey: 'main',
      job: 'build',
      attempt: 1,
      trusted: true,
      madeBy: 'step',
      owner: { runner: { name: 'alpha' }, worker: { pid: job.workerPid }, singleJob: true },
    })
    const folder = path.join(host.root, '.target-guard')
    expect(statSync(path.join(folder, 'host.lock')).isFile()).toBe(true)
    expect(JSON.parse(readFileSync(path.join(folder, 'root.json'), 'utf8'))).toMatchObject({
      version: 1,
    })
  })
})

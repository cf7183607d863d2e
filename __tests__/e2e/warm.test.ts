import { lstatSync, readlinkSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { needs } from './capabilities.ts'
import { GuardedHost, slotOf } from './guard.ts'
import { pullRequest } from './runner/events.ts'
import type { JobResult } from './runner/job-result.ts'
import { Runner } from './runner/runner.ts'
import { projectOf } from './shared-toolchain.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

/** Jobs of one pull request on one runner, one after the other. */
class Pushes {
  readonly host = new GuardedHost(scene())
  readonly runner = Runner.install(scene()).start()
  #run = 100

  async push(build: string, number = 7): Promise<JobResult> {
    const result = await this.runner.job({
      event: pullRequest({ number }),
      runId: String((this.#run += 1)),
      steps: [this.host.step({ id: 'guard' }), { name: 'build', run: build }],
    }).result
    if (result.conclusion !== 'success') throw new Error(String(result))
    return result
  }
}

needs('root', 'cargo').describe('pushes to one pull request, on one runner', () => {
  test('the second build inherits the first one’s slot, and rebuilds nothing', async () => {
    const pushes = new Pushes()
    const { build, directory } = await projectOf(scene(), null)
    const first = await pushes.push(build)
    expect(first.step('guard').outputs['seed']).toBe('cold')
    expect(first.step('build').stderr).toContain('Compiling')

    const second = await pushes.push(build)
    expect(second.step('guard').outputs['seed']).toBe('inherit')
    expect(second.step('build').stderr).not.toContain('Compiling')
    // What was compiled in resolves to the heir's files.
    expect(lstatSync(slotOf(first)).isSymbolicLink()).toBe(true)
    expect(readlinkSync(slotOf(first))).toBe(slotOf(second))
    expect(pushes.host.leases()).toEqual([`${slotOf(second).slice(-24)}.ended`])

    writeFileSync(path.join(directory, 'src/main.rs'), 'fn main() { println!("changed") }')
    const third = await pushes.push(build)
    expect(third.step('build').stdout).toBe('changed\n')
    expect(readlinkSync(slotOf(first))).toBe(slotOf(third))
    expect(readlinkSync(slotOf(second))).toBe(slotOf(third))
    expect(await pushes.host.json('explain')).toMatchObject([{ kind: 'keep', state: 'retained' }])

    await pushes.host.cli(['sweep', '--retention-hours', '0'])
    expect(pushes.host.slots()).toEqual([])
  })

  test('nothing is handed to another pull request', async () => {
    const pushes = new Pushes()
    const { build } = await projectOf(scene(), null)
    await pushes.push(build, 7)
    const other = await pushes.push(build, 8)
    expect(other.step('guard').outputs['seed']).toBe('cold')
  })
})

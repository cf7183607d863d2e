import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { openRoot } from '../../src/host/root.ts'
import { GitRepository, fillTarget } from '../fixtures/git-repository.ts'
import { PRECIOUS } from '../helpers/root.ts'
import { needs } from './capabilities.ts'
import { nameOf, startContainer, withHostPrograms } from './containers.ts'
import { GuardedHost, tool } from './guard.ts'
import { put, smallDisk } from './small-disk.ts'
import { stuckMount } from './stuck-mount.ts'
import { useScene } from './use-scene.ts'
import { runTool } from './worktrees-tool.ts'
import type { Done } from './worktrees-tool.ts'

const scene = useScene()

const ALL = ['--reclaim', 'stale', '--older-than', '0', '--reclaim', 'targets', '--all']

function taken(done: Done): string[] {
  return done.taken.map((each) => each.path).toSorted()
}

function judged(done: Done, worktree: string): Done['inventory']['worktrees'][number] | undefined {
  return done.inventory.worktrees.find((each) => each.path === worktree)
}

async function addWithTarget(repository: GitRepository, name: string): Promise<string> {
  const worktree = await repository.add(name)
  fillTarget(path.join(worktree, 'target'))
  return worktree
}

describe('a worktree that is mounted', () => {
  needs('docker').test('in a container stays, and so does its target dir', async () => {
    const repository = await GitRepository.make(scene())
    const whole = await addWithTarget(repository, 'whole')
    const part = await addWithTarget(repository, 'part')
    const free = await addWithTarget(repository, 'free')
    const volumes = [`--volume=${whole}:/work`, `--volume=${part}/target:/target`]
    const id = startContainer(scene(), [...volumes, ...withHostPrograms(), 'sleep', '600'])
    // Who has the whole pool need not work in each of its worktrees.
    const pool = `--volume=${repository.pool}:/pool`
    startContainer(scene(), [pool, ...withHostPrograms(), 'sleep', '600'])
    const done = await runTool(scene(), [repository.folder, ...ALL])
    expect(taken(done)).toStrictEqual([free])
    for (const each of [whole, part]) {
      const { verdict, targets } = judged(done, each) ?? { verdict: null, targets: [] }
      expect(verdict?.reasons.join()).toContain(`container ${nameOf(id)} `)
      expect(targets.map((target) => target.verdict.goes)).toStrictEqual([false])
      expect(existsSync(path.join(each, 'target/debug/deps/libone.rlib'))).toBe(true)
    }
  })

  needs('root').test('elsewhere on the host stays, whoever looks there', async () => {
    const repository = await GitRepository.make(scene())
    const bound = await addWithTarget(repository, 'bound')
    const free = await addWithTarget(repository, 'free')
    const point = scene().directory('point')
    await scene().must('mount', ['--bind', bound, point])
    scene().defer(() => void execFileSync('umount', [point]))
    const done = await runTool(scene(), [repository.folder, ...ALL])
    expect(taken(done)).toStrictEqual([free])
    expect(judged(done, bound)?.verdict.reasons).toStrictEqual([`it is mounted at ${point}, too`])
    expect(existsSync(path.join(point, 'target/debug/deps/libone.rlib'))).toBe(true)
  })
})

test('a critical disk takes worktrees after 15 minutes, not a day', async () => {
  const repository = await GitRepository.make(scene())
  const old = await repository.add('old')
  const young = await repository.add('young')
  for (const [worktree, age] of [
    [old, '16 minutes ago'],
    [young, '14 minutes ago'],
  ] as const) {
    const places = [worktree, await repository.git(worktree, 'rev-parse', '--absolute-git-dir')]
    await scene().must('find', [...places, '-exec', 'touch', '-h', '-d', age, '{}', '+'])
  }
  const words = [repository.folder, '--reclaim', 'stale']
  const calm = await runTool(scene(), [...words, '--min-free-gb', '0', '--min-free-percent', '0'])
  expect(taken(calm)).toStrictEqual([])
  expect(judged(calm, old)?.verdict.reasons.join()).toMatch(/16 min old, less than 24 h$/)
  const critical = await runTool(scene(), [...words, '--min-free-percent', '100'])
  expect(taken(critical)).toStrictEqual([old])
  expect(judged(critical, young)?.verdict.reasons.join()).toMatch(/14 min old, less than 15 min$/)
})

needs('root').test('a critical disk says nothing of worktrees on another', async () => {
  const full = await GitRepository.make(scene(), {}, await smallDisk(scene(), 'tmpfs'))
  const roomy = await GitRepository.make(scene(), {}, await smallDisk(scene(), 'tmpfs'))
  put(full.folder, 60 * 1024 ** 2)
  const old = [await full.add('old'), await roomy.add('old')]
  const past = ['-exec', 'touch', '-h', '-d', '16 minutes ago', '{}', '+']
  await scene().must('find', [full.folder, roomy.folder, ...past])
  const words = ['--reclaim', 'stale', '--min-free-gb', '0', '--min-free-percent', '60']
  const done = await runTool(scene(), [full.folder, roomy.folder, ...words])
  expect(taken(done)).toStrictEqual([old[0]])
  expect(judged(done, old[1] ?? '')?.verdict.reasons.join()).toMatch(/less than 24 h$/)
  expect(done.notes.join()).toMatch(/git gc was left out .*: its disk is critical/)
})

needs('fuse').test('a directory on a disk that other hosts may use is refused', async () => {
  const { path: mount } = await stuckMount(scene())
  const words = [tool, 'worktrees', path.join(mount, 'folder'), '--reclaim', 'stale']
  const { exitCode, stderr } = await scene().run(process.execPath, words)
  expect(exitCode).toBe(2)
  expect(stderr).toMatch(/it lies on fuse\S*, which other hosts may work on/)
  const host = new GuardedHost(scene())
  const swept = await host.cli(['sweep', `--worktrees=${mount}/folder`])
  expect(swept.exitCode).toBe(0)
  expect(swept.stderr).toMatch(/which lies on fuse\S* and is left alone/)
})

needs('promtool').test('the timer’s sweep looks after the pools it was given', async () => {
  const repository = await GitRepository.make(scene())
  const worktree = await addWithTarget(repository, 'old')
  await addWithTarget(repository, 'young')
  const gitDirectory = await repository.git(worktree, 'rev-parse', '--absolute-git-dir')
  const past = ['-exec', 'touch', '-h', '-d', '2 days ago', '{}', '+']
  await scene().must('find', [worktree, gitDirectory, ...past])
  const other = scene().directory('other "pool" %n')
  const host = new GuardedHost(scene())
  const units = scene().directory('units')
  mkdirSync(path.join(other, 'empty'))
  const pools = `--worktrees=${repository.folder}:${other}`
  const installed = ['install-timer', '--units', units, '--root', host.root, pools]
  expect((await host.cli(installed)).exitCode).toBe(0)
  const service = readFileSync(path.join(units, 'target-guard-sweep.service'), 'utf8')
  const escaped = pools.replaceAll('"', '\\"').replaceAll('%', '%%')
  expect(service).toContain(`"${escaped}"`)
  openRoot(host.root, PRECIOUS)
  expect((await host.cli(['sweep', pools])).exitCode).toBe(0)
  expect(existsSync(worktree)).toBe(false)

  const file = path.join(host.root, '.target-guard/worktrees.prom')
  const script = 'promtool check metrics <"$1"'
  const { stdout, stderr } = await scene().must('sh', ['-c', script, 'sh', file])
  expect(stdout + stderr).toBe('')
  const text = readFileSync(file, 'utf8')
  const value = (name: string): number =>
    Number(
      text
        .split('\n')
        .find((line) => line.startsWith(`target_guard_worktree${name} `))
        ?.split(' ')[1],
    )
  expect(value('_removed_total{what="worktree"}')).toBe(1)
  expect(value('s')).toBe(3)
  expect(value('_targets')).toBe(1)
  expect(value('_target_bytes')).toBeGreaterThan(100_000)
  expect(value('_bytes')).toBeGreaterThan(value('_target_bytes'))
  expect(value('_removed_bytes_total')).toBeGreaterThan(100_000)
  expect(value('_lock_files')).toBe(0)
})

import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { GitRepository, fillTarget } from '../fixtures/git-repository.ts'
import { inTurns } from './driven/strike.ts'
import { killAt, readCalls, recordCalls } from './faults.ts'
import type { FaultEnvironment } from './faults.ts'
import { tool } from './guard.ts'
import { allProcesses } from './processes.ts'
import type { CommandResult } from './scene.ts'
import { stubProgram } from './stub-program.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'
import { runTool } from './worktrees-tool.ts'

const scene = useScene()

const NOW = ['--reclaim', 'stale', '--older-than', '0']

/** A worktree that may go, with everything that is put back where it must not. */
interface Stale {
  readonly repository: GitRepository
  readonly worktree: string
  readonly reason: string
}

/** A process that has ended; its number is nobody’s for a while. */
async function deadPid(): Promise<number> {
  const child = scene().start('true', [])
  await new Promise((resolve) => child.once('exit', resolve))
  return child.pid ?? 0
}

async function leaveStale(): Promise<Stale> {
  const repository = await GitRepository.make(scene())
  const worktree = await repository.add('stale one')
  fillTarget(path.join(worktree, 'target'))
  const reason = `agent (pid ${await deadPid()})`
  await repository.git(repository.main, 'worktree', 'lock', '--reason', reason, worktree)
  return { repository, worktree, reason }
}

async function reclaim({ repository }: Stale, env: FaultEnvironment): Promise<CommandResult> {
  const words = [tool, 'worktrees', repository.folder, ...NOW, '--json']
  return scene().run(process.execPath, words, { cwd: '/', env })
}

const FAULTS = { root: '/', program: 'dist/cli/' }

/** The processes of git and rm that a killed one has left go on; the next pass is later. */
async function strays({ repository }: Stale): Promise<void> {
  const isOurs = (pid: number): boolean => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(repository.folder)
    } catch {
      // Gone meanwhile.
      return false
    }
  }
  await waitFor(() => !allProcesses().some(isOurs), { what: 'what it has started to end' })
}

/** Where the linked worktrees of the pool are now, as their repository has them. */
async function registered({ repository }: Stale): Promise<string[]> {
  const list = await repository.git(repository.main, 'worktree', 'list', '--porcelain')
  const all = [...list.matchAll(/^worktree (.*)$/gm)].map(([, found]) => found ?? '')
  return all.filter((found) => found.startsWith(repository.pool))
}

describe('SIGKILL while a worktree is being removed', () => {
  test('at every step: the next pass puts it back as it was, or goes on', async () => {
    const first = await leaveStale()
    const log = path.join(scene().directory('calls'), 'log')
    expect((await reclaim(first, recordCalls({ ...FAULTS, log }))).exitCode).toBe(0)
    expect(existsSync(first.worktree)).toBe(false)
    // What only looks leaves the same behind as what comes before it.
    const changes = /hash-object|update-ref|worktree (unlock|move|remove)|removed-|rm /
    const steps = readCalls(log).filter((call) => changes.test(call.path))
    expect(steps.length).toBeGreaterThanOrEqual(6)

    const problems = await inTurns(steps, async ({ number, op, path: words }) => {
      const stale = await leaveStale()
      const { repository, worktree, reason } = stale
      const commits = await repository.commits()
      const killed = await reclaim(stale, killAt({ ...FAULTS, at: number, when: 'before' }))
      await strays(stale)
      // Somebody makes it theirs.
      const [place = ''] = await registered(stale)
      writeFileSync(path.join(place, 'new.txt'), 'new\n')
      const kept = await runTool(scene(), [repository.folder, ...NOW])
      const list = await repository.git(repository.main, 'worktree', 'list', '--porcelain')
      const isBack = list.includes(`worktree ${worktree}\n`) && list.includes(`locked ${reason}`)
      const isWhole = existsSync(path.join(worktree, 'new.txt'))
      await scene().must('rm', ['-f', '--', path.join(worktree, 'new.txt')])
      const taken = await runTool(scene(), [repository.folder, ...NOW])
      await repository.git(repository.main, 'fsck', '--full', '--strict')
      const found = {
        killed: killed.signal,
        kept: kept.taken,
        isBack,
        isWhole,
        taken: taken.taken.map((each) => each.path),
        left: [...(await registered(stale)), ...readdirSync(repository.pool)],
        commits: await repository.commits(),
      }
      const wanted = {
        killed: 'SIGKILL',
        kept: [],
        isBack: true,
        isWhole: true,
        taken: [worktree],
      }
      return { at: `${op} ${words}`, found, wanted: { ...wanted, left: [], commits } }
    })
    expect(problems.map(({ at, found }) => ({ at, found }))).toStrictEqual(
      problems.map(({ at, wanted }) => ({ at, found: wanted })),
    )
  }, 120_000)

  test('while git deletes: what was deleted comes back', async () => {
    const stale = await leaveStale()
    const { repository, worktree } = stale
    const half = `case "$*" in *"worktree remove "*)
        for last; do :; done; rm "$last/.git" "$last/kept.txt"; kill -9 $PPID; exit 1;; esac
      exec "$REAL" "$@"`
    await reclaim(stale, { PATH: await stubProgram(scene(), 'git', half) })
    await strays(stale)
    expect(existsSync(worktree)).toBe(false)
    const words = [repository.folder, '--reclaim', 'stale', '--older-than', '1h']
    const done = await runTool(scene(), words)
    expect(done.notes.join()).toContain('an interrupted removal was undone')
    expect(readFileSync(path.join(worktree, 'kept.txt'), 'utf8')).toBe('content\n')
    expect(await repository.git(worktree, 'status', '--porcelain')).toBe('')
    expect(readdirSync(repository.pool)).toStrictEqual([path.basename(worktree)])
  })
})

/** A note as a removal writes it, by this process or another one. */
async function note(repository: GitRepository, worktree: string, pid: number): Promise<void> {
  const file = path.join(repository.folder, 'note')
  const lines = { version: 1, id: '0123456789ab', name: 'former', lock: null, pid }
  writeFileSync(file, JSON.stringify(lines))
  const blob = await repository.git(worktree, 'hash-object', '-w', file)
  await repository.git(worktree, 'update-ref', 'refs/worktree/target-guard-leaving', blob)
}

describe('what looks like an interrupted removal', () => {
  test('is left alone while its process lives, or somebody has its name', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await repository.add('.target-guard-leaving-0123456789ab')
    await note(repository, worktree, process.pid)
    const alive = await runTool(scene(), [repository.folder, ...NOW])
    expect(alive.taken).toStrictEqual([])
    expect(alive.notes.join()).toMatch(/was not undone: .*pid \d+ \(.*\) is running$/)
    expect(existsSync(worktree)).toBe(true)

    await note(repository, worktree, await deadPid())
    mkdirSync(path.join(repository.pool, 'former'))
    const taken = await runTool(scene(), [repository.folder, ...NOW])
    expect(taken.taken).toStrictEqual([])
    expect(taken.notes.join()).toMatch(
      /was not undone: .*former is taken by another one meanwhile$/,
    )
    expect(readdirSync(path.join(repository.pool, 'former'))).toStrictEqual([])
    expect(existsSync(worktree)).toBe(true)
  })

  test('is judged like any other where a person has made the name', async () => {
    const repository = await GitRepository.make(scene())
    const dirty = await repository.add('.target-guard-leaving-0123456789ab')
    writeFileSync(path.join(dirty, 'new.txt'), 'new\n')
    const folder = path.join(repository.pool, '.target-guard-leaving-ba9876543210')
    mkdirSync(folder)
    writeFileSync(path.join(folder, 'mine.txt'), 'mine\n')
    const done = await runTool(scene(), [repository.folder, ...NOW])
    expect(done).toMatchObject({ taken: [], kept: [], failures: [], notes: [] })
    expect(existsSync(path.join(dirty, 'new.txt'))).toBe(true)
    expect(existsSync(path.join(folder, 'mine.txt'))).toBe(true)
  })
})

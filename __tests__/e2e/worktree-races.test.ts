import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { GitRepository, fillTarget } from '../fixtures/git-repository.ts'
import { hold } from '../helpers/hold.ts'
import { needs } from './capabilities.ts'
import { tool } from './guard.ts'
import { stubProgram } from './stub-program.ts'
import { useScene } from './use-scene.ts'
import { runTool } from './worktrees-tool.ts'
import type { Done } from './worktrees-tool.ts'

const scene = useScene()

const NOW = ['--older-than', '0']
const STALE = ['--reclaim', 'stale']
const TARGETS = ['--reclaim', 'targets', '--all']

async function addWithTarget(repository: GitRepository, name: string): Promise<string> {
  const worktree = await repository.add(name)
  fillTarget(path.join(worktree, 'target'))
  return worktree
}

/** A process that has ended; its number is nobody’s for a while. */
async function deadPid(): Promise<number> {
  const child = scene().start('true', [])
  await new Promise((resolve) => child.once('exit', resolve))
  return child.pid ?? 0
}

/** A PATH on which a shell command runs right after git was called with these words. */
async function afterGit(words: string, command: string): Promise<{ PATH: string }> {
  const stub = `"$REAL" "$@"; code=$?; for last; do :; done
    case "$*" in *"${words}"*) ${command};; esac
    exit $code`
  return { PATH: await stubProgram(scene(), 'git', stub) }
}

/**
 * A PATH on which a shell command runs right after du was called for what had been put aside.
 *
 * @param list a file for what du was called for
 */
async function afterMeasuring(list: string, command: string): Promise<{ PATH: string }> {
  const stub = `cat > ${list}; last=$(tail -z -n 1 ${list} | tr -d '\\0')
    "$REAL" "$@" < ${list}
    case "$last" in *.target-guard-*) ${command}
    esac`
  return { PATH: await stubProgram(scene(), 'du', stub) }
}

async function age(...folders: readonly string[]): Promise<void> {
  await scene().must('find', [...folders, '-exec', 'touch', '-h', '-d', '2 days ago', '{}', '+'])
}

describe('what happens between the first look and the end', () => {
  test('a target dir in which folders come and go gets its name back', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await addWithTarget(repository, 'building')
    // What find(1) says of a folder that rustc has removed meanwhile.
    const gone = `"$REAL" "$@"; echo "find: ‘$1/debug/rustcXYZ’: No such file or directory" >&2; exit 1`
    const PATH = await stubProgram(scene(), 'find', gone)
    for (const words of [TARGETS, STALE]) {
      const done = await runTool(scene(), [repository.folder, ...words, ...NOW], { PATH })
      expect(done.taken).toStrictEqual([])
      expect(done.failures).toStrictEqual([])
      expect(done.kept.map(({ why }) => why).join()).toMatch(
        /it could not be looked through \(find: .*No such file or directory\)$/,
      )
      expect(existsSync(path.join(worktree, 'target/debug/deps/libone.rlib'))).toBe(true)
      expect(readdirSync(worktree)).not.toContainEqual(expect.stringMatching(/target-guard/))
      expect(readdirSync(repository.pool)).toStrictEqual(['building'])
    }
  })

  test('what is gone already is no failure', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await addWithTarget(repository, 'nested')
    const target = path.join(worktree, 'inner/target')
    fillTarget(target)
    writeFileSync(path.join(repository.main, '.git/info/exclude'), 'inner\n')
    // The oldest is the first to go; with it goes the folder of the other.
    await scene().must('find', [
      path.join(worktree, 'target'),
      '-exec',
      'touch',
      '-d',
      '1 day ago',
      '{}',
      '+',
    ])
    const stub = `rm -rf "${worktree}/inner"; exec "$REAL" "$@"`
    const PATH = await stubProgram(scene(), 'find', stub)
    const words = [repository.folder, ...TARGETS]
    const done = await runTool(scene(), words, { PATH })
    expect(done.taken.map((each) => each.path)).toStrictEqual([path.join(worktree, 'target')])
    expect(done).toMatchObject({
      failures: [],
      kept: [{ path: target, why: 'it is gone already' }],
    })
    expect(readFileSync(path.join(worktree, 'kept.txt'), 'utf8')).toBe('content\n')
  })

  test('a lock that was put since is nobody’s to take away', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await repository.add('relocked')
    const reason = `agent (pid ${await deadPid()})`
    await repository.git(repository.main, 'worktree', 'lock', '--reason', reason, worktree)
    const file = path.join(repository.main, '.git/worktrees/relocked/locked')
    const mine = `me (pid ${process.pid})`
    const env = await afterGit('hash-object', `echo "${mine}" > ${file}`)
    const done = await runTool(scene(), [repository.folder, ...STALE, ...NOW], env)
    expect(done).toMatchObject({ taken: [], failures: [] })
    expect(done.kept).toStrictEqual([{ path: worktree, why: `it is locked anew (${mine})` }])
    expect(readFileSync(file, 'utf8')).toBe(`${mine}\n`)
    expect(existsSync(path.join(worktree, 'kept.txt'))).toBe(true)
  })

  test('a worktree that is locked while it is put aside gets its name back', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await repository.add('wanted')
    const locked = `"$REAL" -C ${repository.main} worktree lock --reason "pid ${process.pid}" "$last"`
    const env = await afterGit(`worktree move ${worktree} `, locked)
    const done = await runTool(scene(), [repository.folder, ...STALE, ...NOW], env)
    expect(done).toMatchObject({ taken: [], failures: [] })
    expect(done.kept[0]?.why).toMatch(/^it is locked .* is running$/)
    const list = await repository.git(repository.main, 'worktree', 'list', '--porcelain')
    expect(list).toContain(`worktree ${worktree}\n`)
    expect(list).toContain(`locked pid ${process.pid}`)
    expect(existsSync(path.join(worktree, 'kept.txt'))).toBe(true)
  })

  test('what has been built in since is as young as that', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await addWithTarget(repository, 'built')
    const library = 'target/debug/deps/libone.rlib'
    await age(worktree, path.join(repository.main, '.git/worktrees'))
    const env = await afterGit(`worktree move ${worktree} `, `touch "$last/${library}"`)
    const day = ['--older-than', '24h']
    const done = await runTool(scene(), [repository.folder, ...STALE, ...day], env)
    expect(done).toMatchObject({ taken: [], failures: [] })
    expect(done.kept[0]?.why).toBe('its newest file is 0 min old, less than 24 h')
    expect(existsSync(path.join(worktree, library))).toBe(true)

    await age(worktree, path.join(repository.main, '.git/worktrees'))
    const PATH = await stubProgram(
      scene(),
      'find',
      'touch "$1/debug/deps/libone.rlib"; exec "$REAL" "$@"',
    )
    const targets = await runTool(scene(), [repository.folder, ...TARGETS, ...day], { PATH })
    expect(targets).toMatchObject({ taken: [], failures: [] })
    expect(targets.kept[0]?.why).toBe('it is not older than 24 h')
    expect(existsSync(path.join(worktree, library))).toBe(true)
    expect(await runTool(scene(), [repository.folder, ...STALE, ...day])).toMatchObject({
      taken: [],
    })
    await age(worktree, path.join(repository.main, '.git/worktrees'))
    const old = await runTool(scene(), [repository.folder, ...STALE, ...day])
    expect(old.taken.map((each) => each.path)).toStrictEqual([worktree])
  })

  test.each([
    ['worktree', [...STALE, ...NOW]],
    ['target dir', [...TARGETS, '--older-than', '1h']],
  ])('who comes while a %s is measured again is seen', async (_, words) => {
    const repository = await GitRepository.make(scene())
    const worktree = await addWithTarget(repository, 'entered')
    await age(worktree)
    const list = `${scene().directory()}/list`
    const env = await afterMeasuring(list, 'cd "$last"; sleep 600 > /dev/null 2>&1 &')
    const done = await runTool(scene(), [repository.folder, ...words], env)
    expect(done).toMatchObject({ taken: [], failures: [] })
    expect(done.kept[0]?.why).toMatch(/^pid \d+ \(\w+\) works in .*\.target-guard-/)
    expect(existsSync(path.join(worktree, 'target/debug/deps/libone.rlib'))).toBe(true)
  })

  test('a target dir whose age plays no part is not measured again', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await addWithTarget(repository, 'idle')
    const signs = scene().directory()
    const env = await afterMeasuring(`${signs}/list`, `: > ${signs}/again`)
    const done = await runTool(scene(), [repository.folder, ...TARGETS], env)
    expect(done.taken.map((each) => each.path)).toStrictEqual([path.join(worktree, 'target')])
    expect(readdirSync(signs)).toStrictEqual(['list'])
  })

  test('refs of a worktree that could not go are told', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await repository.add('un-pushed')
    const head = await repository.commit(worktree, 'new.txt')
    const stub = 'case "$*" in *"worktree remove"*) exit 1;; esac; exec "$REAL" "$@"'
    const PATH = await stubProgram(scene(), 'git', stub)
    const words = [repository.folder, ...STALE, ...NOW, '--with-recovery-refs']
    const done = await runTool(scene(), words, { PATH })
    expect(done.failures).toHaveLength(1)
    const [, ref = ''] = /are kept by (refs\/\S+)$/.exec(done.notes.join('\n')) ?? []
    expect(await repository.git(repository.main, 'rev-parse', ref)).toBe(head)
  })
})

needs('pid-namespace').describe('where the host’s processes cannot be seen', () => {
  test('nothing of worktrees and locks is nobody’s', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await addWithTarget(repository, 'occupied')
    const lock = path.join(repository.main, '.git/index.lock')
    writeFileSync(lock, '')
    await hold(scene(), 'echo ready; read', [], { cwd: worktree })
    const words = [tool, 'worktrees', repository.folder, ...STALE, ...TARGETS, ...NOW]
    const locks = ['--reclaim', 'locks', '--json']
    const away = ['--pid', '--fork', '--mount-proc', process.execPath]
    const { stdout } = await scene().must('unshare', [...away, ...words, ...locks], { cwd: '/' })
    const done = JSON.parse(stdout) as Done
    expect(done).toMatchObject({ taken: [], failures: [] })
    const unseen = 'processes of the host cannot be seen from here'
    expect(done.inventory.locks.map((each) => each.verdictOf.reason)).toStrictEqual([unseen])
    const judged = done.inventory.worktrees.find((each) => each.path === worktree)
    expect(judged?.verdict.reasons).toStrictEqual([unseen])
    expect(judged?.targets[0]?.verdict.reasons).toStrictEqual([unseen])
    expect(existsSync(lock)).toBe(true)
  })
})

import type { ChildProcess } from 'node:child_process'
import {
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { openRoot } from '../../src/host/root.ts'
import { Gate } from '../fixtures/gate.ts'
import { GitRepository, fillTarget } from '../fixtures/git-repository.ts'
import { smallProject } from '../fixtures/small-project.ts'
import { hold } from '../helpers/hold.ts'
import { PRECIOUS } from '../helpers/root.ts'
import { needs } from './capabilities.ts'
import { GuardedHost } from './guard.ts'
import { ordinaryUser } from './ordinary-user.ts'
import { put, smallDisk } from './small-disk.ts'
import { stubProgram } from './stub-program.ts'
import { useScene } from './use-scene.ts'
import { waitFor } from './wait-for.ts'
import { runTool } from './worktrees-tool.ts'
import type { Done } from './worktrees-tool.ts'

const scene = useScene()

const MB = 1024 ** 2

function paths({ taken }: Done): string[] {
  return taken.map((each) => each.path).toSorted()
}

function reasonsOf(done: Done, target: string): string {
  const targets = done.inventory.worktrees.flatMap((each) => each.targets)
  return targets.find((each) => each.path === target)?.verdict.reasons.join('; ') ?? 'not there'
}

async function addWithTarget(repository: GitRepository, name: string): Promise<string> {
  const worktree = await repository.add(name)
  fillTarget(path.join(worktree, 'target'))
  return worktree
}

describe('--reclaim targets', () => {
  const ALL = ['--reclaim', 'targets', '--all']

  needs('cargo').test(
    'takes them from every worktree but those that build',
    async () => {
      const repository = await GitRepository.make(scene())
      smallProject(repository.main)
      await repository.git(repository.main, 'add', '--all')
      await repository.git(repository.main, 'commit', '--quiet', '-m', 'project')
      await repository.git(repository.main, 'push', '--quiet')
      const idle = await addWithTarget(repository, 'idle')
      const dirty = await addWithTarget(repository, 'dirty')
      const building = await addWithTarget(repository, 'building')
      const running = await addWithTarget(repository, 'running')
      const shell = await addWithTarget(repository, 'shell')
      writeFileSync(path.join(dirty, 'new.txt'), 'new\n')
      fillTarget(path.join(repository.main, 'target'))
      const gate = new Gate(scene().directory('gate'))
      const cargo = scene().start('cargo', ['build', '--offline'], {
        cwd: building,
        env: { ...gate.environment, CARGO_TARGET_DIR: undefined },
        stdio: 'ignore',
      })
      await waitFor(() => gate.reached().length > 0, { deadlineMs: 60_000 })
      await hold(
        scene(),
        'exec 9<"$1"; echo ready; read',
        [path.join(running, 'target/debug/.cargo-lock')],
        {
          cwd: '/',
        },
      )
      await hold(scene(), 'echo ready; read', [], { cwd: shell })

      const words = [repository.folder, ...ALL, '--reclaim', 'stale', '--older-than', '0']
      const done = await runTool(scene(), words)
      const taken = [dirty, shell, repository.main].map((each) => path.join(each, 'target'))
      expect(paths(done)).toStrictEqual([...taken, idle].toSorted())
      for (const each of taken) expect(existsSync(each)).toBe(false)
      const built = path.join(building, 'target')
      expect(reasonsOf(done, built)).toMatch(
        /pid \d+ \(cargo\).*Cargo’s lock debug\/\.cargo.*lock is held/,
      )
      const judged = done.inventory.worktrees.find((each) => each.path === building)
      expect(judged?.verdict.reasons.join()).toMatch(/pid \d+ \(cargo\) works in/)
      expect(reasonsOf(done, path.join(running, 'target'))).toMatch(/pid \d+ \(bash\) has open/)
      expect(existsSync(path.join(dirty, 'new.txt'))).toBe(true)

      const ended = new Promise((resolve) => cargo.once('exit', resolve))
      gate.open()
      expect(await ended).toBe(0)
      expect(existsSync(path.join(built, 'debug/small'))).toBe(true)
    },
    120_000,
  )

  test('takes neither what git does not ignore, nor tracked files, nor through a link', async () => {
    const repository = await GitRepository.make(scene())
    const untracked = await repository.add('untracked')
    const tracked = await repository.add('tracked')
    const linked = await repository.add('linked')
    const planted = await repository.add('planted')
    const outside = await repository.add('outside')
    const canary = scene().directory('canary')
    fillTarget(path.join(canary, 'target'))
    fillTarget(path.join(untracked, 'build'))
    fillTarget(path.join(tracked, 'target'))
    writeFileSync(path.join(tracked, 'target/work.txt'), 'work\n')
    await repository.git(tracked, 'add', '--force', 'target/work.txt')
    symlinkSync(path.join(canary, 'target'), path.join(linked, 'target'))
    fillTarget(path.join(planted, 'target'))
    symlinkSync(canary, path.join(planted, 'target/debug/out'))
    const plain = path.join(outside, 'target')
    mkdirSync(plain)
    writeFileSync(path.join(plain, 'CACHEDIR.TAG'), 'not of Cargo\n')
    const before = Math.round(statSync(planted).mtimeMs)
    const done = await runTool(scene(), [repository.folder, ...ALL])
    expect(paths(done)).toStrictEqual([path.join(planted, 'target')])
    expect(Math.round(statSync(planted).mtimeMs)).toBe(before)
    expect(readdirSync(planted).toSorted()).toStrictEqual(['.git', '.gitignore', 'kept.txt'])
    expect(existsSync(path.join(canary, 'target/debug/deps/libone.rlib'))).toBe(true)
    expect(reasonsOf(done, path.join(untracked, 'build'))).toContain('does not ignore it')
    expect(reasonsOf(done, path.join(tracked, 'target'))).toContain('are tracked')
    expect(readdirSync(plain)).toStrictEqual(['CACHEDIR.TAG'])
  })

  needs('root').test(
    'takes the oldest first, until each disk is below its low watermark',
    async () => {
      const roomy = await GitRepository.make(scene(), {}, await smallDisk(scene(), 'tmpfs'))
      const tight = await GitRepository.make(scene(), {}, await smallDisk(scene(), 'tmpfs'))
      const target = async (repository: GitRepository, name: string, days: number) => {
        const worktree = await addWithTarget(repository, name)
        const found = path.join(worktree, 'target')
        put(path.join(found, 'debug/deps'), 25 * MB)
        const stamp = ['touch', '-d', `${days} days ago`]
        await scene().must('find', [found, '-exec', ...stamp, '{}', '+'])
        return found
      }
      // The oldest of all is where there is room: it must not end the search.
      const spared = await target(roomy, 'oldest', 9)
      const young = await target(tight, 'a-young', 1)
      const middle = await target(tight, 'b-middle', 2)
      const old = await target(tight, 'c-old', 3)
      const words = ['--reclaim', 'targets', '--high-watermark', '70', '--low-watermark', '40']
      const done = await runTool(scene(), [roomy.folder, tight.folder, ...words])
      expect(done.failures).toStrictEqual([])
      expect(done.taken.map((each) => each.path)).toStrictEqual([old, middle])
      expect([spared, young].filter((each) => existsSync(each))).toStrictEqual([spared, young])
      const notes = done.notes.filter((each) => each.includes('below the low watermark'))
      expect(notes).toHaveLength(2)
    },
  )

  needs('root').test('begins in a sweep where a disk is above its high watermark', async () => {
    const full = await GitRepository.make(scene(), {}, await smallDisk(scene(), 'tmpfs'))
    const between = await GitRepository.make(scene(), {}, await smallDisk(scene(), 'tmpfs'))
    const old = path.join(await addWithTarget(full, 'old'), 'target')
    const spared = path.join(await addWithTarget(between, 'spared'), 'target')
    for (const target of [old, spared]) put(target, 30 * MB)
    put(full.folder, 40 * MB)
    const pools = `--worktrees=${between.folder}:${full.folder}`
    const marks = ['--high-watermark', '60', '--low-watermark', '10']
    const host = new GuardedHost(scene())
    const { exitCode, stderr } = await host.cli(['sweep', pools, ...marks])
    expect([exitCode, existsSync(host.root)]).toStrictEqual([0, false])
    expect(stderr).toContain(`There is no root at ${host.root}: only the worktrees`)
    expect(stderr).toContain(`removed target ${old}`)
    expect(stderr).toMatch(/target dirs stay: .* is below the high watermark of 60 %/)
    expect([old, spared].map((each) => existsSync(each))).toStrictEqual([false, true])
  })

  test('goes on with what an earlier removal has put aside', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await repository.add('interrupted')
    const aside = path.join(worktree, '.target-guard-removed-0123456789ab')
    mkdirSync(path.join(aside, 'debug'), { recursive: true })
    writeFileSync(path.join(aside, 'debug/left'), '')
    const done = await runTool(scene(), [
      repository.folder,
      ...ALL,
      '--reclaim',
      'stale',
      '--older-than',
      '0',
    ])
    expect(done.failures).toStrictEqual([])
    expect(paths(done)).toStrictEqual([worktree])
    expect(existsSync(worktree)).toBe(false)
  })
})

/** A git that lives, and writes to no other repository than this. */
async function startGit(cwd: string): Promise<ChildProcess> {
  const git = scene().start('git', ['cat-file', '--batch'], {
    cwd,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  await waitFor(() => readFileSync(`/proc/${git.pid ?? 0}/comm`, 'utf8').trim() === 'git')
  return git
}

describe('--reclaim locks', () => {
  test('takes those alone whose owner is gone and that nobody has open', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await repository.add('locked')
    const gitDirectory = await repository.git(worktree, 'rev-parse', '--absolute-git-dir')
    const dead = scene().start('true', [])
    await new Promise((resolve) => dead.once('exit', resolve))
    const other = await GitRepository.make(scene())
    const elsewhere = await startGit(other.main)
    const locks = {
      'index.lock': path.join(gitDirectory, 'index.lock'),
      'a ref': path.join(repository.main, '.git/refs/heads/topic/locked.lock'),
      'open elsewhere': path.join(repository.main, '.git/packed-refs.lock'),
      'just now': path.join(repository.main, '.git/config.lock'),
      'of a dead pid': path.join(repository.pool, 'agent.lock'),
      'of a live pid': path.join(repository.pool, 'live.lock'),
      'of no pid': path.join(repository.pool, 'Cargo.lock'),
    }
    const text: Partial<Record<keyof typeof locks, string>> = {
      'of a dead pid': `{"pid": ${dead.pid ?? 0}}`,
      'of a live pid': `${process.pid}\n`,
      'of no pid': '[[package]]\nname = "pid"\nversion = "1.0.0"\n',
    }
    const hour = Date.now() / 1000 - 3600
    for (const [name, file] of Object.entries(locks)) {
      writeFileSync(file, text[name as keyof typeof locks] ?? '')
      // The live one was made by a process that had started before.
      if (name !== 'just now' && name !== 'of a live pid') utimesSync(file, hour, hour)
    }
    await hold(scene(), 'exec 9<"$1"; echo ready; read', [locks['open elsewhere']], { cwd: '/' })
    const words = [repository.folder, '--reclaim', 'locks', '--older-than', '15min']
    const gone = [locks['index.lock'], locks['a ref'], locks['of a dead pid']].toSorted()
    let done = await runTool(scene(), words)
    const taken = paths(done)
    // Another test's git, led to a repository that nobody can tell, may have made git's.
    for (let again = 1; again <= 20 && taken.length < gone.length; again += 1) {
      done = await runTool(scene(), words)
      taken.push(...paths(done))
    }
    expect(taken.toSorted()).toStrictEqual(gone)
    expect(existsSync(locks['open elsewhere'])).toBe(true)
    const reasons = new Map(
      done.inventory.locks.map((each) => [each.path, each.verdictOf.reason] as const),
    )
    expect(reasons.get(locks['open elsewhere'])).toMatch(/has it open$/)
    expect(reasons.get(locks['just now'])).toMatch(/too young|may have made it/)

    // A git of this repository may have made it, however old it seems, and so may a live pid.
    elsewhere.kill()
    await startGit(worktree)
    writeFileSync(locks['index.lock'], '')
    utimesSync(locks['index.lock'], hour, hour)
    const young = await runTool(scene(), [
      repository.folder,
      '--reclaim',
      'locks',
      '--older-than',
      '0',
    ])
    expect(paths(young)).toStrictEqual([])
    const again = new Map(
      young.inventory.locks.map((each) => [each.path, each.verdictOf.reason] as const),
    )
    expect(again.get(locks['index.lock'])).toMatch(/\(git\) may have made it$/)
    expect(again.get(locks['of a live pid'])).toMatch(/is running$/)
    // Only some are locks: Cargo’s name no process.
    expect([reasons, again].map((each) => each.has(locks['of no pid']))).toStrictEqual([
      false,
      false,
    ])
    expect(existsSync(locks['of no pid'])).toBe(true)
  })
})

/** A repository whose configuration runs a program when git compares files. */
async function hostile(): Promise<{ repository: GitRepository; worktree: string; mark: string }> {
  const repository = await GitRepository.make(scene(), {
    '.gitattributes': '*.txt filter=evil\n',
  })
  const worktree = await repository.add('theirs')
  const mark = path.join(repository.folder, 'mark')
  const program = `sh -c 'id -u >> ${mark}; cat'`
  await repository.git(repository.main, 'config', 'filter.evil.clean', program)
  await repository.git(repository.main, 'config', 'core.fsmonitor', program)
  // Git compares what has another time than the index says.
  utimesSync(path.join(worktree, 'kept.txt'), 1, 1)
  return { repository, worktree, mark }
}

needs('root', 'second-user').describe('a repository of another user', () => {
  test('is asked by root as that user', async () => {
    const { repository, worktree, mark } = await hostile()
    const { uid, gid } = ordinaryUser()
    await scene().must('chown', ['-R', `${uid}:${gid}`, repository.folder])
    const words = [repository.folder, '--reclaim', 'stale', '--older-than', '0']
    const done = await runTool(scene(), words)
    expect(paths(done)).toStrictEqual([worktree])
    const ran = readFileSync(mark, 'utf8').trim().split('\n')
    expect(new Set(ran)).toStrictEqual(new Set([String(uid)]))
  })

  test('is not asked where parts of it are root’s', async () => {
    const { repository, worktree, mark } = await hostile()
    const { uid, gid } = ordinaryUser()
    chownSync(path.join(repository.main, '.git'), uid, gid)
    const done = await runTool(scene(), [
      repository.folder,
      '--reclaim',
      'stale',
      '--older-than',
      '0',
    ])
    expect(paths(done)).toStrictEqual([])
    const judged = done.inventory.worktrees.find((each) => each.path === worktree)
    expect(judged?.verdict.reasons.join()).toContain('belongs to another user')
    expect(existsSync(mark)).toBe(false)
  })
})

describe('TARGET_GUARD_WORKTREES', () => {
  test('has a sweep look after worktrees, with metrics; doctor and status say so', async () => {
    const repository = await GitRepository.make(scene())
    const host = new GuardedHost(scene())
    const worktree = await addWithTarget(repository, 'old')
    const dirty = await repository.add('dirty')
    writeFileSync(path.join(dirty, 'new.txt'), '')
    openRoot(host.root, PRECIOUS)
    const unwatched = await host.cli(['sweep'])
    expect(unwatched.exitCode).toBe(0)
    for (const command of ['doctor', 'status']) {
      expect((await host.cli([command])).stdout).toContain('no pools of worktrees are watched')
    }
    await scene().must('find', [
      repository.folder,
      '-exec',
      'touch',
      '-h',
      '-d',
      '2 days ago',
      '{}',
      '+',
    ])
    // By the time git is asked the pass has come to its end, and is told.
    const metrics = path.join(host.root, '.target-guard/metrics.prom')
    rmSync(metrics)
    const seen = path.join(scene().directory('seen'), 'early')
    const stub = `[ -e ${metrics} ] || : > ${seen}; exec "$REAL" "$@"`
    const env = {
      TARGET_GUARD_WORKTREES: `${repository.folder}:/nowhere`,
      PATH: await stubProgram(scene(), 'git', stub),
    }
    const swept = await host.cli(['sweep'], { env })
    expect(existsSync(seen)).toBe(false)
    expect(swept.stderr).toContain(`removed worktree ${worktree}`)
    expect(swept.stderr).toContain('names /nowhere, which is no directory')
    expect(existsSync(worktree)).toBe(false)
    expect(existsSync(dirty)).toBe(true)
    const file = path.join(host.root, '.target-guard/worktrees.prom')
    expect(readFileSync(file, 'utf8')).toContain(
      'target_guard_worktree_removed_total{what="worktree"} 1',
    )
    await host.cli(['sweep', '--worktrees', repository.folder])
    const text = readFileSync(file, 'utf8')
    expect(text).toContain('target_guard_worktree_removed_total{what="worktree"} 1')
    expect(text).toMatch(/^target_guard_worktrees 3$/m)
    const watching = { env: { TARGET_GUARD_WORKTREES: repository.folder } }
    for (const command of ['doctor', 'status']) {
      expect((await host.cli([command], watching)).stdout).toContain(
        `worktrees are watched in ${repository.folder}`,
      )
    }
  })
})

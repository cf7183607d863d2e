import {
  existsSync,
  mkdirSync,
  readFileSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { GitRepository, fillTarget } from '../fixtures/git-repository.ts'
import { hold } from '../helpers/hold.ts'
import { runTool } from './worktrees-tool.ts'
import type { Done } from './worktrees-tool.ts'
import { tool } from './guard.ts'
import { stubProgram } from './stub-program.ts'
import { useScene } from './use-scene.ts'

const scene = useScene()

/** A process that has ended; its number is nobody’s for a while. */
async function deadPid(): Promise<number> {
  const child = scene().start('true', [])
  await new Promise((resolve) => child.once('exit', resolve))
  return child.pid ?? 0
}

async function lock(repository: GitRepository, worktree: string, reason: string): Promise<string> {
  await repository.git(repository.main, 'worktree', 'lock', '--reason', reason, worktree)
  const gitDirectory = await repository.git(worktree, 'rev-parse', '--absolute-git-dir')
  return path.join(gitDirectory, 'locked')
}

/** Every file below a folder with its content, but for what lies in target dirs. */
async function contentOf(folder: string): Promise<string> {
  const words = [folder, '-name', 'target', '-prune', '-o', '-type', 'f', '-print0']
  const { stdout } = await scene().must('bash', [
    '-c',
    'find "$@" | sort -z | xargs -0 -r sha256sum',
    'bash',
    ...words,
  ])
  return stdout
}

describe('--reclaim stale', () => {
  /** Makes a worktree, and brings it into a situation. */
  type Situation = (repository: GitRepository, name: string) => Promise<string>

  const GOES: Record<string, Situation> = {
    clean: async (repository, name) => repository.add(name),
    'a name with spaces': async (repository, name) => repository.add(name),
    'a name\nof two lines': async (repository, name) => repository.add(name),
    'target dirs alone are ignored': async (repository, name) => {
      const worktree = await repository.add(name)
      fillTarget(path.join(worktree, 'target'))
      return worktree
    },
    'detached at a pushed commit': async (repository, name) => repository.add(name, '--detach'),
    'pushed to a branch of its own': async (repository, name) => {
      const worktree = await repository.add(name)
      await repository.commit(worktree, 'pushed.txt')
      await repository.git(worktree, 'push', '--quiet', '-u', 'origin', 'HEAD')
      return worktree
    },
    'upstream gone after a merge': async (repository, name) => {
      const worktree = await repository.add(name)
      await repository.commit(worktree, 'merged.txt')
      await repository.git(worktree, 'push', '--quiet', '-u', 'origin', 'HEAD')
      const branch = await repository.git(worktree, 'branch', '--show-current')
      await repository.git(repository.main, 'merge', '--quiet', '--no-ff', '-m', 'merge', branch)
      await repository.git(repository.main, 'push', '--quiet', 'origin', 'main', `:${branch}`)
      await repository.git(repository.main, 'fetch', '--quiet', '--prune')
      return worktree
    },
    'locked by a dead pid': async (repository, name) => {
      const worktree = await repository.add(name)
      await lock(repository, worktree, `agent at work (pid ${await deadPid()})`)
      return worktree
    },
    'locked by a reused pid': async (repository, name) => {
      const worktree = await repository.add(name)
      const { process } = await hold(scene(), 'echo ready; read', [], { cwd: '/' })
      const file = await lock(repository, worktree, `agent (pid ${process.pid ?? 0})`)
      utimesSync(file, 1_600_000_000, 1_600_000_000)
      return worktree
    },
    'a branch that was reset to what is pushed': async (repository, name) => {
      const worktree = await repository.add(name)
      await repository.commit(worktree, 'dropped.txt')
      await repository.git(worktree, 'reset', '--quiet', '--hard', 'HEAD~1')
      return worktree
    },
  }

  const STAYS: Record<string, [Situation, RegExp]> = {
    dirty: [
      async (repository, name) => {
        const worktree = await repository.add(name)
        writeFileSync(path.join(worktree, 'kept.txt'), 'changed\n')
        return worktree
      },
      /^1 changed file$/,
    ],
    'staged alone': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        writeFileSync(path.join(worktree, 'kept.txt'), 'staged\n')
        await repository.git(worktree, 'add', 'kept.txt')
        await repository.git(worktree, 'restore', '--worktree', '--source=HEAD', 'kept.txt')
        return worktree
      },
      /^1 changed file$/,
    ],
    'untracked alone': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        writeFileSync(path.join(worktree, 'new.txt'), 'new\n')
        return worktree
      },
      /^1 untracked path$/,
    ],
    'ignored .env': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        fillTarget(path.join(worktree, 'target'))
        writeFileSync(path.join(worktree, '.env'), 'SECRET=1\n')
        return worktree
      },
      /^1 ignored path besides target dirs \(\.env\)$/,
    ],
    'an ignored folder that is no target dir': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        mkdirSync(path.join(worktree, 'target'))
        writeFileSync(path.join(worktree, 'target/notes.txt'), 'mine\n')
        return worktree
      },
      /^1 ignored path besides target dirs \(target\/\)$/,
    ],
    'un-pushed on a branch': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        await repository.commit(worktree, 'branch.txt')
        return worktree
      },
      /^1 un-pushed commit$/,
    ],
    'un-pushed on a detached head': [
      async (repository, name) => {
        const worktree = await repository.add(name, '--detach')
        await repository.commit(worktree, 'one.txt')
        await repository.commit(worktree, 'two.txt')
        return worktree
      },
      /^2 un-pushed commits$/,
    ],
    'amended after it was pushed': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        await repository.commit(worktree, 'amended.txt')
        await repository.git(worktree, 'push', '--quiet', '-u', 'origin', 'HEAD')
        await repository.git(worktree, 'commit', '--quiet', '--amend', '-m', 'other words')
        return worktree
      },
      /^1 un-pushed commit$/,
    ],
    'no upstream, and not pushed elsewhere': [
      async (repository, name) => {
        const worktree = await repository.add(name, '--detach')
        await repository.git(worktree, 'checkout', '--quiet', '--orphan', 'alone')
        await repository.git(worktree, 'commit', '--quiet', '-m', 'alone')
        return worktree
      },
      /^1 un-pushed commit$/,
    ],
    'upstream gone after a squash': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        await repository.commit(worktree, 'squashed.txt')
        await repository.git(worktree, 'push', '--quiet', '-u', 'origin', 'HEAD')
        const branch = await repository.git(worktree, 'branch', '--show-current')
        await repository.git(repository.main, 'push', '--quiet', 'origin', `:${branch}`)
        await repository.git(repository.main, 'fetch', '--quiet', '--prune')
        return worktree
      },
      /^1 un-pushed commit$/,
    ],
    'a commit that only its reflog holds': [
      async (repository, name) => {
        const worktree = await repository.add(name, '--detach')
        await repository.commit(worktree, 'looked-at.txt')
        await repository.git(worktree, 'checkout', '--quiet', '--detach', 'origin/main')
        return worktree
      },
      /^1 un-pushed commit that only its reflog holds \(\w{12}\)$/,
    ],
    'a stash made on its branch': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        writeFileSync(path.join(worktree, 'kept.txt'), 'stashed\n')
        await repository.git(worktree, 'stash', '--quiet')
        return worktree
      },
      /^1 stash made on its branch$/,
    ],
    'a change that git was told to overlook': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        await repository.git(worktree, 'update-index', '--assume-unchanged', 'kept.txt')
        writeFileSync(path.join(worktree, 'kept.txt'), 'hidden\n')
        return worktree
      },
      /^1 file that git was told not to look at$/,
    ],
    'a merge that has not ended': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        const gitDirectory = await repository.git(worktree, 'rev-parse', '--absolute-git-dir')
        const head = await repository.git(worktree, 'rev-parse', 'HEAD')
        writeFileSync(path.join(gitDirectory, 'MERGE_HEAD'), `${head}\n`)
        return worktree
      },
      /^a merge has not ended in it$/,
    ],
    'a submodule': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        const allow = ['-c', 'protocol.file.allow=always']
        await repository.git(
          worktree,
          ...allow,
          'submodule',
          '--quiet',
          'add',
          repository.remote,
          'inner',
        )
        await repository.git(worktree, 'commit', '--quiet', '-m', 'with a submodule')
        await repository.git(worktree, 'push', '--quiet', '-u', 'origin', 'HEAD')
        return worktree
      },
      /^it has submodules/,
    ],
    'its main repository is gone': [
      async (repository, name) => {
        const worktree = path.join(repository.pool, name)
        const other = await GitRepository.make(scene())
        await repository.git(other.main, 'worktree', 'add', '--quiet', '--detach', worktree)
        await scene().must('mv', [other.main, `${other.main}-gone`])
        return worktree
      },
      /^its main repository is gone$/,
    ],
    'a copy of another worktree': [
      async (repository, name) => {
        const original = await repository.add(`${name} (original)`)
        const worktree = path.join(repository.pool, name)
        await scene().must('cp', ['-a', original, worktree])
        return worktree
      },
      /^its repository knows it at another place/,
    ],
    'another worktree in it': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        writeFileSync(path.join(repository.main, '.git/info/exclude'), 'nested\n')
        const nested = path.join(worktree, 'nested')
        await repository.git(repository.main, 'worktree', 'add', '--quiet', '--detach', nested)
        writeFileSync(path.join(nested, 'kept.txt'), 'changed\n')
        return worktree
      },
      /^another worktree lies in it: .*\/nested$/,
    ],
    'a shell in it': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        await hold(scene(), 'echo ready; read', [], { cwd: worktree })
        return worktree
      },
      /^pid \d+ \(bash\) works in /,
    ],
    'locked by a live pid': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        const { process } = await hold(scene(), 'echo ready; read', [], { cwd: '/' })
        await lock(repository, worktree, `agent (pid ${process.pid ?? 0})`)
        return worktree
      },
      /^it is locked \(agent \(pid \d+\)\): pid \d+ \(bash\) is running$/,
    ],
    'locked by nobody in particular': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        await lock(repository, worktree, 'on a portable disk')
        return worktree
      },
      /^it is locked \(on a portable disk\): it names no process$/,
    ],
    'a link to a target dir elsewhere': [
      async (repository, name) => {
        const worktree = await repository.add(name)
        symlinkSync(scene().directory('elsewhere'), path.join(worktree, 'target'))
        return worktree
      },
      /^1 ignored path besides target dirs \(target\)$/,
    ],
  }

  test('takes and keeps each worktree as the rules say, and loses no commit and no file', async () => {
    const repository = await GitRepository.make(scene())
    const going = new Map<string, string>()
    const staying = new Map<string, string>()
    for (const [name, make] of Object.entries(GOES)) going.set(name, await make(repository, name))
    for (const [name, [make]] of Object.entries(STAYS)) {
      staying.set(name, await make(repository, name))
    }
    const elsewhere = path.join(scene().directory('elsewhere'), 'worktree')
    await repository.git(repository.main, 'worktree', 'add', '--quiet', '--detach', elsewhere)
    symlinkSync(elsewhere, path.join(repository.pool, 'a link to a worktree'))
    const commits = await repository.commits()
    const contents = await Promise.all([...staying.values(), elsewhere].map(contentOf))

    const words = [repository.folder, '--reclaim', 'stale', '--older-than', '0']
    const planned = await runTool(scene(), [...words, '--dry-run'])
    for (const worktree of going.values()) expect(existsSync(worktree)).toBe(true)
    const done = await runTool(scene(), words)

    expect(paths(done)).toStrictEqual([...going.values()].toSorted())
    expect(paths(planned)).toStrictEqual(paths(done))
    expect(done.failures).toStrictEqual([])
    for (const worktree of going.values()) expect(existsSync(worktree)).toBe(false)
    expect(existsSync(path.join(repository.pool, 'a link to a worktree'))).toBe(true)
    for (const [name, worktree] of staying) {
      const judged = done.inventory.worktrees.find((each) => each.path === worktree)
      const [, why] = STAYS[name] ?? []
      expect([name, judged?.verdict.reasons]).toStrictEqual([
        name,
        expect.arrayContaining([expect.stringMatching(why ?? /^$/)]),
      ])
    }
    expect(await Promise.all([...staying.values(), elsewhere].map(contentOf))).toStrictEqual(
      contents,
    )
    await repository.git(repository.main, 'fsck', '--full', '--strict')
    expect(await repository.commits()).toStrictEqual(commits)
    const list = await repository.git(repository.main, 'worktree', 'list', '--porcelain')
    expect(list).not.toContain('target-guard')
    expect(list).toContain(elsewhere)
  }, 120_000)

  test('takes the main worktree and what lies outside never, nor a bare repository', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await repository.add('inside')
    const words = ['--reclaim', 'stale', '--older-than', '0', '--with-recovery-refs']
    const done = await runTool(scene(), [repository.main, repository.remote, ...words])
    expect(paths(done)).toStrictEqual([])
    expect(existsSync(path.join(worktree, 'kept.txt'))).toBe(true)
    const reasons = new Map(
      done.inventory.worktrees.map((each) => [each.path, each.verdict.reasons.join()]),
    )
    expect(reasons.get(repository.main)).toBe('it is the main worktree of its repository')
    expect(reasons.get(repository.remote)).toBe('a bare repository has no work tree')
    expect(reasons.get(worktree)).toContain('it lies outside the given directories')
  })

  test('goes by the age of the newest file, which target dirs count for', async () => {
    const repository = await GitRepository.make(scene())
    const old = await repository.add('old')
    const young = await repository.add('young')
    const built = await repository.add('built')
    fillTarget(path.join(built, 'target'))
    const gitDirectories = path.join(repository.main, '.git/worktrees')
    await scene().must('find', [
      repository.pool,
      gitDirectories,
      '-exec',
      'touch',
      '-h',
      '-d',
      '25 hours ago',
      '{}',
      '+',
    ])
    writeFileSync(path.join(young, 'kept.txt'), 'content\n')
    utimesSync(path.join(built, 'target/debug/deps/libone.rlib'), new Date(), new Date())
    const done = await runTool(scene(), [repository.folder, '--reclaim', 'stale'])
    expect(paths(done)).toStrictEqual([old])
    const later = await runTool(scene(), [
      repository.folder,
      '--reclaim',
      'stale',
      '--older-than',
      '26h',
    ])
    expect(paths(later)).toStrictEqual([])
  })

  test('gives what is not pushed a ref first, with --with-recovery-refs', async () => {
    const repository = await GitRepository.make(scene())
    const branch = await repository.add('branch')
    const detached = await repository.add('detached', '--detach')
    const dropped = await repository.add('dropped', '--detach')
    const heads = [
      await repository.commit(branch, 'branch.txt'),
      await repository.commit(detached, 'detached.txt'),
      await repository.commit(dropped, 'dropped.txt'),
    ]
    await repository.git(dropped, 'checkout', '--quiet', '--detach', 'origin/main')
    const dirty = await repository.add('dirty')
    writeFileSync(path.join(dirty, 'new.txt'), 'new\n')
    const commits = await repository.commits()
    const words = ['--reclaim', 'stale', '--older-than', '0', '--with-recovery-refs']
    const done = await runTool(scene(), [repository.folder, ...words])
    expect(paths(done)).toStrictEqual([branch, detached, dropped].toSorted())
    const refs = done.taken.flatMap((each) => each.refs)
    const form = /^refs\/target-guard\/recovery\/(topic\/branch|detached)-\d{8}T\d{6}Z(-\d+)?$/
    for (const ref of refs) expect(ref).toMatch(form)
    const kept = await Promise.all(
      refs.map(async (ref) => repository.git(repository.main, 'rev-parse', ref)),
    )
    expect(kept.toSorted()).toStrictEqual(heads.toSorted())
    // Reachable by refs alone, whatever becomes of reflogs.
    const listed = await repository.git(repository.main, 'rev-list', '--all')
    expect(listed.split('\n')).toStrictEqual(expect.arrayContaining(commits))
    expect(existsSync(path.join(dirty, 'new.txt'))).toBe(true)
  })

  test('moves back and locks again what turns out to be needed', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await repository.add('wanted')
    const reason = `agent (pid ${await deadPid()})`
    await lock(repository, worktree, reason)
    // Somebody comes in when it is moved: the last moment before the last look.
    const stub = `"$REAL" "$@"; code=$?
      case "$*" in *"worktree move ${worktree} "*) for last; do :; done; touch "$last/new.txt";; esac
      exit $code`
    const done = await runTool(
      scene(),
      [repository.folder, '--reclaim', 'stale', '--older-than', '0'],
      { PATH: await stubProgram(scene(), 'git', stub) },
    )
    expect(done.taken).toStrictEqual([])
    expect(done.kept).toMatchObject([{ path: worktree, why: '1 untracked path' }])
    expect(existsSync(path.join(worktree, 'new.txt'))).toBe(true)
    const list = await repository.git(repository.main, 'worktree', 'list', '--porcelain')
    expect(list).toContain(`worktree ${worktree}\n`)
    expect(list).toContain(`locked ${reason}`)
  })

  test('takes one that is named itself, by a shell whose arguments name it, too', async () => {
    const repository = await GitRepository.make(scene())
    const worktree = await repository.add('named')
    fillTarget(path.join(worktree, 'target'))
    const words = [tool, 'worktrees', worktree, '--reclaim', 'stale', '--older-than', '0']
    const started = ['-c', '"$@"; exit $?', 'bash', process.execPath, ...words]
    const { stdout } = await scene().must('bash', started, { cwd: '/' })
    expect(stdout).toContain(`removed worktree ${worktree}`)
    expect(existsSync(worktree)).toBe(false)
    const list = await repository.git(repository.main, 'worktree', 'list', '--porcelain')
    expect(list).not.toContain(worktree)
  })

  test('forgets no worktree whose disk may only be away', async () => {
    const repository = await GitRepository.make(scene())
    const away = path.join(scene().directory('disk'), 'mounted')
    mkdirSync(away)
    const lost = path.join(away, 'worktree')
    await repository.git(repository.main, 'worktree', 'add', '--quiet', '--detach', lost)
    const head = await repository.commit(lost, 'lost.txt')
    await scene().must('mv', [away, `${away}-away`])
    const words = [repository.folder, '--reclaim', 'stale', '--older-than', '0']
    await repository.add('stale')
    const done = await runTool(scene(), words)
    expect(done.taken).toHaveLength(1)
    expect(done.notes.join()).toMatch(/git worktree prune was left out .* is gone, too: perhaps/)
    // The place that it is mounted at stays.
    mkdirSync(away)
    await repository.add('stale, too')
    const again = await runTool(scene(), words)
    expect(again.taken).toHaveLength(1)
    expect(again.notes.join()).toMatch(/git worktree prune was left out .* is empty: perhaps/)
    await scene().must('rmdir', [away])
    await scene().must('mv', [`${away}-away`, away])
    expect(await repository.git(lost, 'rev-parse', 'HEAD')).toBe(head)
  })
})

function paths({ taken }: Done): string[] {
  return taken.map((each) => each.path).toSorted()
}

test('wrong words are wrong usage, and touch nothing', async () => {
  const repository = await GitRepository.make(scene())
  const worktree = await repository.add('kept')
  for (const [words, said] of [
    [['--reclaim', 'everything', repository.folder], 'cannot be reclaimed'],
    [['--reclaim', 'stale'], 'No directory was given'],
    [['--reclaim', 'stale', '--older-than', 'soon', repository.folder], 'is no age'],
    [[path.join(repository.folder, 'absent')], 'cannot be looked into'],
    [['/'], 'is not a directory for worktrees'],
  ] as const) {
    const { exitCode, stderr } = await scene().run('node', [tool, 'worktrees', ...words])
    expect([words, exitCode]).toStrictEqual([words, 2])
    expect(stderr).toContain(said)
  }
  expect(readFileSync(path.join(worktree, 'kept.txt'), 'utf8')).toBe('content\n')
})

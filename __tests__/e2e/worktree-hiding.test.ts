import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { GitRepository, fillTarget } from '../fixtures/git-repository.ts'
import { useScene } from './use-scene.ts'
import { runTool } from './worktrees-tool.ts'
import type { Done } from './worktrees-tool.ts'

const scene = useScene()

const NOW = ['--reclaim', 'stale', '--older-than', '0']

function taken(done: Done): string[] {
  return done.taken.map((each) => each.path).toSorted()
}

/** Why each worktree stays, by the name of its folder. */
function reasons({ inventory }: Done): Record<string, string[]> {
  return Object.fromEntries(
    inventory.worktrees.map((each) => [path.basename(each.path), each.verdict.reasons]),
  )
}

function oneOf(pattern: string | RegExp): unknown {
  return expect.arrayContaining([expect.stringMatching(pattern)])
}

describe('work that git was told to overlook, or holds elsewhere', () => {
  test('stays where the configuration hides it', async () => {
    const repository = await GitRepository.make(scene())
    for (const [key, value] of Object.entries({
      'status.showUntrackedFiles': 'no',
      'core.fileMode': 'false',
      'core.ignoreCase': 'true',
      'core.trustctime': 'false',
      'diff.ignoreSubmodules': 'all',
    })) {
      await repository.git(repository.main, 'config', key, value)
    }
    const untracked = await repository.add('untracked')
    writeFileSync(path.join(untracked, 'new.txt'), 'new\n')
    chmodSync(path.join(await repository.add('mode'), 'kept.txt'), 0o755)
    writeFileSync(path.join(await repository.add('case'), 'KEPT.TXT'), 'other\n')
    const skipped = await repository.add('skipped')
    await repository.git(skipped, 'update-index', '--skip-worktree', 'kept.txt')
    writeFileSync(path.join(skipped, 'kept.txt'), 'hidden\n')
    const excluded = await repository.add('excluded')
    writeFileSync(path.join(repository.main, '.git/info/exclude'), '*.note\n')
    writeFileSync(path.join(excluded, 'my.note'), 'mine\n')
    const plain = await repository.add('plain')
    const done = await runTool(scene(), [repository.folder, ...NOW])
    expect(taken(done)).toStrictEqual([plain])
    expect(reasons(done)).toMatchObject({
      untracked: ['1 untracked path'],
      mode: ['1 changed file'],
      case: ['1 untracked path'],
      skipped: ['1 file that git was told not to look at'],
      excluded: ['1 ignored path besides target dirs (my.note)'],
    })
    expect(readFileSync(path.join(skipped, 'kept.txt'), 'utf8')).toBe('hidden\n')
  })

  test('stays where an operation has begun, or only one ref of the worktree holds it', async () => {
    const repository = await GitRepository.make(scene())
    const { main } = repository
    const rebase = await repository.add('rebase')
    await repository.commit(rebase, 'rebased.txt')
    await repository.git(rebase, 'push', '--quiet', 'origin', 'HEAD')
    const words = ['-c', 'sequence.editor=sed -i 1ibreak', 'rebase', '--quiet', '--interactive']
    await repository.git(rebase, ...words, 'HEAD~1')
    await repository.git(await repository.add('bisect'), 'bisect', 'start')
    const merge = await repository.add('merge')
    await repository.git(merge, 'merge', '--quiet', '--no-ff', '--no-commit', 'topic/rebase')
    const tag = await repository.add('tag', '--detach')
    await repository.commit(tag, 'tagged.txt')
    await repository.git(tag, 'tag', 'un-pushed')
    const ref = await repository.add('ref', '--detach')
    const commit = await repository.commit(ref, 'referred.txt')
    await repository.git(ref, 'update-ref', 'refs/worktree/mine', commit)
    await repository.git(ref, 'checkout', '--quiet', '--detach', 'origin/main')
    await repository.git(ref, 'reflog', 'expire', '--expire=now', 'HEAD')
    const blob = await repository.add('blob', '--detach')
    writeFileSync(path.join(repository.folder, 'blob.txt'), 'blob\n')
    const object = await repository.git(main, 'hash-object', '-w', '../blob.txt')
    await repository.git(blob, 'update-ref', 'refs/worktree/mine', object)
    const nested = await repository.add('nested')
    fillTarget(path.join(nested, 'target'))
    const inner = path.join(nested, 'target/inner')
    await repository.git(main, 'worktree', 'add', '--quiet', '--detach', inner)
    writeFileSync(path.join(inner, 'kept.txt'), 'changed\n')
    const strange = await repository.add('strange')
    fillTarget(path.join(strange, 'target'))
    const other = await GitRepository.make(scene())
    const theirs = path.join(strange, 'target/theirs')
    await other.git(other.main, 'worktree', 'add', '--quiet', '--detach', theirs)
    writeFileSync(path.join(theirs, 'kept.txt'), 'changed\n')
    const stash = await other.add('stash', '--detach')
    writeFileSync(path.join(stash, 'kept.txt'), 'stashed\n')
    await other.git(stash, 'stash', '--quiet')

    const all = [...NOW, '--reclaim', 'targets', '--all']
    const done = await runTool(scene(), [repository.folder, ...all])
    expect(taken(done)).toStrictEqual([])
    expect(reasons(done)).toMatchObject({
      rebase: oneOf(/^a rebase has not ended in it$/),
      bisect: oneOf(/^a bisect has not ended in it$/),
      merge: oneOf(/^a merge has not ended in it$/),
      tag: ['1 un-pushed commit'],
      ref: oneOf(/^1 un-pushed commit that only its reflog holds \(\w{12}\)$/),
      blob: ['a ref of its own names no commit'],
      nested: oneOf(/^another worktree lies in .*\/target$/),
    })
    expect(done.kept).toMatchObject([
      { path: strange, why: 'target: another worktree lies in it' },
      { path: path.join(strange, 'target'), why: 'another worktree lies in it' },
    ])
    expect(reasons(await runTool(scene(), [other.pool, ...NOW]))).toMatchObject({
      stash: ['1 stash made on its branch'],
    })
    for (const each of [inner, theirs]) {
      expect(readFileSync(path.join(each, 'kept.txt'), 'utf8')).toBe('changed\n')
      expect(await repository.git(each, 'status', '--porcelain')).toBe(' M kept.txt')
    }
  })

  test('stays where the remote was rewritten, or a submodule has work of its own', async () => {
    const repository = await GitRepository.make(scene())
    const { main, remote, folder } = repository
    const rewritten = await repository.add('rewritten', '--detach')
    await repository.commit(rewritten, 'once-pushed.txt')
    await repository.git(rewritten, 'push', '--quiet', 'origin', 'HEAD:refs/heads/feature')
    const other = path.join(folder, 'other')
    await repository.git(folder, 'clone', '--quiet', remote, other)
    await repository.git(other, 'commit', '--quiet', '--allow-empty', '-m', 'instead')
    await repository.git(other, 'push', '--quiet', '--force', 'origin', 'HEAD:refs/heads/feature')
    await repository.git(main, 'fetch', '--quiet')
    const submodule = await repository.add('submodule')
    const add = ['-c', 'protocol.file.allow=always', 'submodule', '--quiet', 'add']
    await repository.git(submodule, ...add, remote, 'inner')
    await repository.git(submodule, 'config', '-f', '.gitmodules', 'submodule.inner.ignore', 'all')
    await repository.git(submodule, 'commit', '--quiet', '--all', '-m', 'with a submodule')
    await repository.git(submodule, 'push', '--quiet', 'origin', 'HEAD')
    const commit = await repository.commit(path.join(submodule, 'inner'), 'work.txt')
    const commits = await repository.commits()
    const done = await runTool(scene(), [repository.pool, ...NOW])
    expect(taken(done)).toStrictEqual([])
    expect(reasons(done)).toMatchObject({
      rewritten: ['1 un-pushed commit'],
      submodule: oneOf(/^it has submodules, whose commits are not looked at$/),
    })
    expect(await repository.commits()).toStrictEqual(commits)
    expect(await repository.git(path.join(submodule, 'inner'), 'rev-parse', 'HEAD')).toBe(commit)
  })
})

/** A filter in place of git-lfs: what is stored is not what is checked out. */
function replacing(before: string, after: string): string {
  return `sed 's/^${before}/${after}/'`
}

describe('repositories of other kinds', () => {
  test('sparse checkouts and filters, as git-lfs is one: a change stays, the rest goes', async () => {
    const repository = await GitRepository.make(scene(), {
      '.gitattributes': '*.bin filter=store\n',
      'large.bin': 'content\n',
      'elsewhere/file.txt': 'far away\n',
    })
    const { main } = repository
    await repository.git(main, 'config', 'filter.store.clean', replacing('', 'stored '))
    await repository.git(main, 'config', 'filter.store.smudge', replacing('stored ', ''))
    await repository.git(main, 'config', 'filter.store.required', 'true')
    await repository.git(main, 'add', '--renormalize', '.')
    await repository.git(main, 'commit', '--quiet', '-m', 'filtered')
    await repository.git(main, 'push', '--quiet')
    const filter = await repository.add('filter')
    expect(readFileSync(path.join(filter, 'large.bin'), 'utf8')).toBe('content\n')
    const changed = await repository.add('changed')
    writeFileSync(path.join(changed, 'large.bin'), 'other\n')
    const sparse = await repository.add('sparse')
    const outside = await repository.add('outside')
    for (const each of [sparse, outside]) {
      await repository.git(each, 'sparse-checkout', 'set', '--no-cone', '/*', '!/elsewhere')
      expect(existsSync(path.join(each, 'elsewhere'))).toBe(false)
    }
    mkdirSync(path.join(outside, 'elsewhere'))
    writeFileSync(path.join(outside, 'elsewhere/file.txt'), 'work\n')
    const done = await runTool(scene(), [repository.folder, ...NOW])
    expect(taken(done)).toStrictEqual([filter, sparse].toSorted())
    expect(reasons(done)).toMatchObject({
      changed: ['1 changed file'],
      outside: ['1 changed file'],
    })
    expect(readFileSync(path.join(outside, 'elsewhere/file.txt'), 'utf8')).toBe('work\n')
  })

  test('shallow, partial and bare clones: un-pushed work stays, the rest goes', async () => {
    const repository = await GitRepository.make(scene())
    const { main, remote, folder, pool } = repository
    await repository.commit(main, 'second.txt')
    await repository.git(main, 'push', '--quiet')
    await repository.git(remote, 'config', 'uploadpack.allowFilter', 'true')
    const going: string[] = []
    const staying: Record<string, string[]> = {}
    for (const [kind, words] of Object.entries({
      shallow: ['--depth=1'],
      partial: ['--filter=blob:none'],
      bare: ['--bare', '--config=remote.origin.fetch=+refs/heads/*:refs/remotes/origin/*'],
    })) {
      const clone = path.join(folder, kind)
      await repository.git(folder, 'clone', '--quiet', ...words, `file://${remote}`, clone)
      const clean = path.join(pool, `${kind}-clean`)
      await repository.git(clone, 'worktree', 'add', '--quiet', '--detach', clean, 'origin/main')
      const ahead = path.join(pool, `${kind}-ahead`)
      await repository.git(clone, 'worktree', 'add', '--quiet', '--detach', ahead, 'origin/main')
      await repository.commit(ahead, 'ahead.txt')
      going.push(clean)
      staying[path.basename(ahead)] = ['1 un-pushed commit']
    }
    const done = await runTool(scene(), [folder, ...NOW])
    expect(done.failures).toStrictEqual([])
    expect(taken(done)).toStrictEqual(going.toSorted())
    expect(reasons(done)).toMatchObject(staying)
  })
})

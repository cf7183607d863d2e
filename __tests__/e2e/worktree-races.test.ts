import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { GitRepository, fillTarget } from '../fixtures/git-repository.ts'
import { stubProgram } from './stub-program.ts'
import { useScene } from './use-scene.ts'
import { runTool } from './worktrees-tool.ts'

const scene = useScene()

const NOW = ['--older-than', '0']
const STALE = ['--reclaim', 'stale']
const TARGETS = ['--reclaim', 'targets', '--all']

async function addWithTarget(repository: GitRepository, name: string): Promise<string> {
  const worktree = await repository.add(name)
  fillTarget(path.join(worktree, 'target'))
  return worktree
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
})

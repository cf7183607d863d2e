import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import * as path from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { GitRepository, fillTarget } from '../fixtures/git-repository.ts'
import { tool } from './guard.ts'
import { useScene } from './use-scene.ts'
import { runTool } from './worktrees-tool.ts'

const scene = useScene()

const CALM = ['--min-free-gb', '0', '--min-free-percent', '0', '--min-free-inodes-percent', '0']
const NOW = ['--reclaim', 'stale', '--older-than', '0', ...CALM]

/** Packs of a repository. */
function packs({ main }: GitRepository): string[] {
  return readdirSync(path.join(main, '.git/objects/pack')).filter((name) => name.endsWith('.pack'))
}

describe('a repository that a worktree was removed from', () => {
  test('is packed, unless something else may be at it', async () => {
    const repository = await GitRepository.make(scene())
    for (const name of ['gc.pid', 'shallow.lock', 'objects/maintenance.lock']) {
      const busy = path.join(repository.main, '.git', name)
      writeFileSync(busy, '')
      await repository.add(`stale beside ${path.basename(name)}`)
      const done = await runTool(scene(), [repository.folder, ...NOW])
      expect(done.taken).toHaveLength(1)
      const left = `git gc was left out in ${repository.main}/.git: ${path.basename(name)} is there`
      expect(done.notes).toStrictEqual([left])
      expect(packs(repository)).toStrictEqual([])
      rmSync(busy)
    }
    await repository.add('stale')
    const done = await runTool(scene(), [repository.folder, ...NOW])
    expect(done).toMatchObject({ notes: [], failures: [] })
    expect(packs(repository)).toHaveLength(1)
  })

  test('keeps what is registered in a way that git alone would forget', async () => {
    const repository = await GitRepository.make(scene())
    const odd = path.join(repository.main, '.git/worktrees/odd')
    await repository.add('stale')
    mkdirSync(odd)
    writeFileSync(path.join(odd, 'gitdir'), '')
    writeFileSync(path.join(odd, 'HEAD'), 'ref: refs/heads/main\n')
    const done = await runTool(scene(), [repository.folder, ...NOW])
    expect(done.taken).toHaveLength(1)
    expect(done.notes.join()).toMatch(
      /prune was left out .*: worktrees\/odd does not name its place/,
    )
    expect(done.notes.join()).toMatch(/gc was left out .*: worktrees\/odd does not name its place/)
    expect(existsSync(path.join(odd, 'HEAD'))).toBe(true)
  })
})

test('the text begins with the disk and its inodes, ends with the largest, and keeps to its lines', async () => {
  const repository = await GitRepository.make(scene())
  const small = await repository.add('small\n::error::planted')
  const large = await repository.add('large')
  fillTarget(path.join(large, 'target'))
  writeFileSync(path.join(small, '\n::warning::planted'), '')
  const { stdout } = await scene().must(process.execPath, [tool, 'worktrees', repository.pool])
  const lines = stdout.split('\n')
  expect(lines[0]).toMatch(/^disk {4}\/\S+: (?:ok|low|critical), .*% used, .* free, .* inodes? ?/)
  const shown = [small, large].map((each) => `${each.replace('\n', '\uFFFD')}: `)
  const found = shown.map((each) => lines.findIndex((line) => line.startsWith(each)))
  expect(found[0]).toBe(1)
  expect(found[1]).toBeGreaterThan(found[0] ?? Infinity)
  expect(stdout).not.toMatch(/^\s*::/m)
})

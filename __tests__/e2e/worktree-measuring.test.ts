import { existsSync } from 'node:fs'
import * as path from 'node:path'
import { expect, test } from '@jest/globals'
import { GitRepository, fillTarget } from '../fixtures/git-repository.ts'
import { stubProgram } from './stub-program.ts'
import { useScene } from './use-scene.ts'
import { runTool } from './worktrees-tool.ts'

const scene = useScene()

test('what measures goes on beside the rest, and is nobody who lives there', async () => {
  const repository = await GitRepository.make(scene())
  const worktree = await repository.add('measured')
  const target = path.join(worktree, 'target')
  fillTarget(target)
  const folder = scene().directory('signs')
  const [asked, late] = [`${folder}/asked`, `${folder}/late`]
  // Du is in the target dir until git is asked, which is after the look at processes.
  const du = `exec 9<"${target}"
    for turn in $(seq 600); do
      if [ -e "${asked}" ]; then exec "$REAL" "$@"; fi
      sleep 0.05 9<&-
    done
    : >"${late}"; exec "$REAL" "$@"`
  const [first] = (await stubProgram(scene(), 'git', `: >"${asked}"; exec "$REAL" "$@"`)).split(':')
  const env = { PATH: `${first ?? ''}:${await stubProgram(scene(), 'du', du)}` }
  const words = ['--reclaim', 'targets', '--all', '--dry-run', worktree]
  const done = await runTool(scene(), words, env)
  expect(existsSync(late)).toBe(false)
  expect(done.taken.map((each) => each.path)).toEqual([target])
  expect(done.inventory.worktrees[0]?.targets[0]?.bytes).toBeGreaterThan(0)
})

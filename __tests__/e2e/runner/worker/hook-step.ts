import { existsSync } from 'node:fs'
import * as path from 'node:path'
import { collect } from './collect.ts'
import { createFileCommands } from './file-commands.ts'
import type { RunningStep, Step } from './step.ts'
import { runOnHost } from './step-host.ts'

/** The runner administrator's script around a job: on the host, with an environment of its own. */
export function hookStep(phase: 'started-hook' | 'completed-hook', script: string): Step {
  return {
    phase,
    name: phase === 'started-hook' ? 'Set up runner' : 'Complete runner',
    condition: 'always()',
    timeoutMs: 0,
    run: (running) => runHook(running, script),
  }
}

async function runHook(running: RunningStep, script: string): Promise<number> {
  const { context } = running
  if (!existsSync(script)) throw new Error("File doesn't exist")
  context.writeEvent()
  const [file, ...args] = hookCommand(script, context.plan.runner.externals)
  const files = createFileCommands(context.plan.runner.temp)
  context.useFileCommands(files)
  try {
    return await runOnHost(running, {
      file,
      args,
      cwd: context.github['workspace'] ?? '',
      env: context.contextEnvironment(),
    })
  } finally {
    collect(running, files)
  }
}

/** The path is not quoted: at a space it falls apart, as it does in the runner. */
function hookCommand(script: string, externals: string): [file: string, ...args: string[]] {
  const words = script.split(' ').filter(Boolean)
  const extension = path.extname(script)
  if (extension === '.sh') return ['bash', '-e', ...words]
  if (extension === '.js') return [path.join(externals, 'node20', 'bin', 'node'), ...words]
  throw new Error(
    `${script} is not a valid path to a script. Make sure it ends in '.sh', '.ps1' or '.js'.`,
  )
}

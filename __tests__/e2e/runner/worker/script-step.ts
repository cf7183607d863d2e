import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import * as path from 'node:path'
import type { PlannedScript } from '../messages.ts'
import { collect } from './collect.ts'
import { interpolate } from './expression.ts'
import { createFileCommands } from './file-commands.ts'
import type { RunningStep, Step } from './step.ts'
import { runInContainer, runOnHost } from './step-host.ts'

/** A `run:` step. */
export function scriptStep(planned: PlannedScript): Step {
  return { phase: 'main', ...planned, run: (running) => runScript(running, planned) }
}

async function runScript(running: RunningStep, planned: PlannedScript): Promise<number> {
  const { container, context, env } = running
  const { temp } = context.plan.runner
  context.setGithub('action_repository', null)
  context.setGithub('action_ref', null)
  context.writeEvent()
  const files = createFileCommands(temp)
  context.useFileCommands(files)
  const script = path.join(temp, `${randomUUID()}.sh`)
  writeFileSync(script, interpolate(planned.script, context.stepContexts(env)))
  const shell = planned.shell ?? (container === null ? 'bash' : 'sh')
  const flags =
    planned.shell === 'bash' ? ['--noprofile', '--norc', '-e', '-o', 'pipefail'] : ['-e']
  const run = container === null ? runOnHost : runInContainer
  try {
    const exitCode = await run(running, {
      file: shell,
      args: [...flags, script],
      cwd: path.join(context.github['workspace'] ?? '', planned.workingDirectory),
      env: { ...env, ...context.contextEnvironment() },
    })
    if (exitCode !== 0) {
      running.commands.annotate('error', `Process completed with exit code ${exitCode}.`)
    }
    return exitCode
  } finally {
    collect(running, files)
  }
}

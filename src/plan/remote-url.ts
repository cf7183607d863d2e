import { isOwner, isRepositoryName } from './naming.ts'

/** `https://host/owner/name.git`, with a user, a port or a path before, or `git@host:owner/name`. */
const URL_FORM = /^(?:https?|ssh|git):\/\/[^/]+\/(.+)$/
const SCP_FORM = /^[^/:]+:(?!\/\/)(.+)$/

/** Owner and name of the repository that a remote's address leads to; null where it names none. */
export function parseRemote(address: string): { owner: string; repository: string } | null {
  const path = URL_FORM.exec(address)?.[1] ?? SCP_FORM.exec(address)?.[1]
  const parts = (path ?? '').replace(/(\.git)?\/*$/, '').split('/')
  const [owner = '', repository = ''] = parts.slice(-2)
  return isOwner(owner) && isRepositoryName(repository) ? { owner, repository } : null
}

/** Asks before the page is left, while something would be lost: kept neither in this browser nor on the server. */

const risks = new Set<() => boolean>()

/** Whether leaving the page now would lose something. */
export const workAtRisk = (): boolean => [...risks].some((atRisk) => atRisk())

function ask(event: BeforeUnloadEvent): void {
  if (workAtRisk()) event.preventDefault()
}

/** Has `atRisk` asked before the page is left. Returns how to end that. */
export function guardLeaving(atRisk: () => boolean): () => void {
  if (risks.size === 0) window.addEventListener('beforeunload', ask)
  risks.add(atRisk)
  return () => {
    risks.delete(atRisk)
    if (risks.size === 0) window.removeEventListener('beforeunload', ask)
  }
}

import type { HTMLAttributes } from 'react'

/** What marks a table's row for browser tests; React's types know no data attributes in objects. */
export function rowTestid(name: string): HTMLAttributes<HTMLElement> {
  return { 'data-testid': name } as HTMLAttributes<HTMLElement>
}

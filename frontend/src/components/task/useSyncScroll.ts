import { useRef, type UIEvent } from 'react'

/**
 * Lets the columns of one container scroll together, each by the share of its own length. Give the result to the
 * container. The scroll that this causes itself is known by its position, so that columns do not chase each other.
 */
export function useSyncScroll(on: boolean): { onScrollCapture?: (event: UIEvent<HTMLElement>) => void } {
  const caused = useRef(new WeakMap<Element, number>())
  if (!on) return {}
  return {
    onScrollCapture({ target, currentTarget }) {
      const columns = [...currentTarget.children]
      if (!(target instanceof Element) || !columns.includes(target)) return
      if (caused.current.get(target) === target.scrollTop) return
      caused.current.delete(target)
      const share = target.scrollTop / Math.max(1, target.scrollHeight - target.clientHeight)
      for (const column of columns) {
        if (column === target) continue
        column.scrollTop = share * (column.scrollHeight - column.clientHeight)
        // As the browser rounded it.
        caused.current.set(column, column.scrollTop)
      }
    },
  }
}

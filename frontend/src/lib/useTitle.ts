import { useEffect, useLayoutEffect } from 'react'
import { useTranslation } from 'react-i18next'

function useFullTitle(parts: readonly (string | null | undefined)[]): string {
  const { t } = useTranslation()
  return [...parts, t('app.name')].filter(Boolean).join(' · ')
}

/** Names the browser's window after what is on the page; called with nothing, it leaves the name as it is. */
export function useTitle(title: string | null): void {
  const full = useFullTitle([title])
  useEffect(() => {
    if (title) document.title = full
  }, [title, full])
}

/** Names the window after the place at `address`, before any page there says more by `useTitle`. */
export function usePlaceTitle(address: string, ...parts: (string | null | undefined)[]): void {
  const full = useFullTitle(parts)
  useLayoutEffect(() => {
    document.title = full
  }, [address, full])
}

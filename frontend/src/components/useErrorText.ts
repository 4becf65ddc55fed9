import { ApiError } from '@/api/client'
import { useCallback } from 'react'
import { useTranslation } from 'react-i18next'

/** Turns whatever was thrown into one sentence for a person. The server's messages arrive in their language. */
export function useErrorText(): (error: unknown) => string {
  const { t } = useTranslation()
  return useCallback(
    (error: unknown) => {
      if (!(error instanceof ApiError)) return error instanceof Error ? error.message : t('app.error.unknown')
      if (error.status === 0) return t('app.error.network')
      return error.message || t('app.error.status', { status: error.status })
    },
    [t],
  )
}

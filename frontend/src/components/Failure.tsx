import { ApiError } from '@/api/client'
import { useErrorText } from '@/components/useErrorText'
import { Alert } from 'antd'
import { useTranslation } from 'react-i18next'

/** A write that did not go through: what happened, field by field where the server says so, and what was kept. */
export function Failure({ error, kept }: { error: unknown; kept?: string }) {
  const { t } = useTranslation()
  const text = useErrorText()
  if (!error) return null
  const fields = error instanceof ApiError ? error.errors.filter(({ field }) => field !== '') : []
  return (
    <Alert
      type="error"
      showIcon
      title={text(error)}
      description={
        <>
          {fields.length > 1 && (
            <ul style={{ margin: 0, paddingLeft: 18 }}>
              {fields.map(({ field, message }) => (
                <li key={`${field} ${message}`}>
                  {field}: {message}
                </li>
              ))}
            </ul>
          )}
          {kept ?? t('list.unchanged')}
        </>
      }
      style={{ margin: '8px 0' }}
      data-testid="failure"
    />
  )
}

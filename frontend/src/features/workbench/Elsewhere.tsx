import { EmptyState } from '@/components/EmptyState'
import { Button } from 'antd'
import { useTranslation } from 'react-i18next'

interface Props {
  taking: boolean
  onTakeOver: () => void
}

/** Another tab is the live one. Enter goes on in this one. */
export function Elsewhere({ taking, onTakeOver }: Props) {
  const { t } = useTranslation()
  return (
    <div data-testid="other-tab">
      <EmptyState title={t('draft.elsewhere.title')} hint={t('draft.elsewhere.hint')}>
        <Button type="primary" autoFocus loading={taking} onClick={onTakeOver} data-testid="take-over">
          {t('draft.elsewhere.here')} <kbd>Enter</kbd>
        </Button>
      </EmptyState>
    </div>
  )
}

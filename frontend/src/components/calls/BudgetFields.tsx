import { Form, InputNumber } from 'antd'
import { useTranslation } from 'react-i18next'

/** The two limits of a run, as fields `tokens` and `money` of the form around them. */
export function BudgetFields() {
  const { t } = useTranslation()
  return (
    <>
      <Form.Item name="tokens" label={t('calls.budgetTokens')} extra={t('calls.budgetTokensHint')}>
        <InputNumber min={0} precision={0} style={{ width: '100%' }} data-testid="budget-tokens" />
      </Form.Item>
      <Form.Item name="money" label={t('calls.budgetMoney')} extra={t('calls.budgetMoneyHint')}>
        <InputNumber min={0} style={{ width: '100%' }} data-testid="budget-money" />
      </Form.Item>
    </>
  )
}

import { Section } from '@/components/Page'
import { Form } from 'antd'
import { useTranslation } from 'react-i18next'
import { KindRows } from './KindRows'
import styles from './settings.module.css'

/** The kinds of fault that a passage can be marked with, in the order in which they are offered. */
export function FaultKinds() {
  const { t } = useTranslation()
  return (
    <Section title={t('settings.kinds.title')} testid="fault-kinds">
      <p className={styles.hint}>{t('settings.kinds.hint')}</p>
      <Form.List name="fault_kinds">
        {(fields, list, { errors }) => (
          <>
            <KindRows fields={fields} list={list} />
            <Form.ErrorList errors={errors} />
          </>
        )}
      </Form.List>
    </Section>
  )
}

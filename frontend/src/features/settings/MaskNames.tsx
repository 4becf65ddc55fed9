import { Section } from '@/components/Page'
import { Form, Input } from 'antd'
import { useTranslation } from 'react-i18next'
import { namesIn, type Marking } from './marking'
import styles from './settings.module.css'

/** The names that are masked in responses, one on a line. */
export function MaskNames() {
  const { t } = useTranslation()
  const text = Form.useWatch<string | undefined>('mask_names', Form.useFormInstance<Marking>())
  const count = namesIn(text ?? '').length
  return (
    <Section title={t('settings.masks.title')} testid="mask-names">
      <p className={styles.hint}>{t('settings.masks.hint')}</p>
      <Form.Item
        name="mask_names"
        label={t('settings.masks.label')}
        extra={<span data-testid="mask-count">{t('settings.masks.count', { count })}</span>}
      >
        <Input.TextArea
          autoSize={{ minRows: 8, maxRows: 24 }}
          spellCheck={false}
          className={styles.names}
          data-testid="setting-mask_names"
        />
      </Form.Item>
    </Section>
  )
}
